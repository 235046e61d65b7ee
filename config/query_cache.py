"""Which queries cachalot may cache, decided before it goes to the expense of naming them.

Its own name for a query is its SQL, built once more; most queries here are of tables that are never
cached, so that half of the work of building SQL was for nothing.
"""

from hashlib import sha1
from typing import Any

from cachalot.utils import UncachableQuery, are_all_cachable, get_query_cache_key

from frontend.caching.versions import needed


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
    # cachalot may store rows that were read before a commit, and hears of writes through Django
    # alone. A page that is kept may rest on neither, so it asks under the version that it shows.
    version = needed.get()
    return sha1(f"{key} {version}".encode(), usedforsecurity=False).hexdigest() if version else key
