"""Which queries cachalot may cache, decided before it goes to the expense of naming them.

Its own name for a query is its SQL, built once more; most queries here are of tables that are never
cached, so that half of the work of building SQL was for nothing.
"""

from typing import Any

from cachalot.utils import UncachableQuery, are_all_cachable, get_query_cache_key


def query_key(compiler: Any) -> str:
    """Returns cachalot's own key of a query.

    Raises:
        UncachableQuery: a table it surely reads is not on the list; cachalot would find out later.
    """
    query = compiler.query
    tables = set(query.table_map)
    if meta := query.get_meta():
        tables.add(meta.db_table)
    if not are_all_cachable(tables):
        raise UncachableQuery
    key: str = get_query_cache_key(compiler)
    return key
