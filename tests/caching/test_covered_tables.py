"""A page that is kept reads no table whose changes nobody counts."""

import re

import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, resolve

from events.database import uncached
from frontend.caching.front import PageCache
from frontend.storefront.catalogue import home
from frontend.urls import urlpatterns
from modules.catalog.commands import save_collection
from modules.catalog.contracts import SaveCollection
from tests.caching.asking import Front
from tests.support.trade import PRINT

pytestmark = pytest.mark.django_db
WAYS = {"pages_insert", "pages_update", "pages_delete", "pages_truncate"}
# What the cache asks for itself: the counts, and when the next listed price begins.
OWN = {"frontend_page_change", "frontend_page_sum"}
PAGES = [
    "/",
    "/products/",
    "/products/?sort=-price&from=1&to=90&stock=in&page=2",
    "/categories/prints/",
    "/collections/new/",
    "/products/moon/",
    f"/products/moon/?sku={PRINT}",
    "/search/?q=moon",
    "/search/?q=mono",
    "/search/suggestions/?q=moo",
    "/delivery/",
    "/returns/",
    "/contact/",
    "/terms/",
    "/privacy/",
]
READ = re.compile(r'\b(?:FROM|JOIN)\s+"?([a-z]+_[a-z_]+)"?', re.IGNORECASE)


def tables_read(statements: list[str]) -> set[str]:
    """Returns every table that is named where rows come from; names of subqueries are none."""
    known = set(connection.introspection.table_names())
    return {name for sql in statements for name in READ.findall(sql)} & known


def tables_counted() -> set[str]:
    """Returns the tables of which the database itself counts every kind of change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, array_agg(tgname::text) FROM pg_trigger AS t"
            " JOIN pg_class AS c ON c.oid = t.tgrelid WHERE tgenabled = 'O' GROUP BY relname"
        )
        return {table for table, names in cursor.fetchall() if WAYS.issubset(names)}


@pytest.mark.parametrize("path", PAGES)
def test_a_kept_page_reads_only_tables_whose_changes_are_counted(shop: None, path: str) -> None:
    save_collection(SaveCollection(slug="new", name="New", product_slugs=("moon",)))
    cache.clear()
    pages = PageCache(get_wsgi_application(), 10_000_000)
    with uncached(), CaptureQueriesContext(connection) as asked:
        answer = Front(pages).get(path)
    assert answer.status == 200
    assert len(pages.store) == 1
    read = tables_read([each["sql"] for each in asked.captured_queries]) - OWN
    assert "catalog_category" in read, "nothing was read: the page came from some cache"
    assert not read - tables_counted(), "make triggers for them in a new migration of the frontend"


def test_every_view_whose_pages_are_kept_is_asked() -> None:
    # The decorator makes them all of the same code.
    shared = home.__code__
    views = {
        pattern.name
        for pattern in urlpatterns
        if isinstance(pattern, URLPattern) and getattr(pattern.callback, "__code__", 0) is shared
    }
    assert views == {resolve(path.partition("?")[0]).url_name for path in PAGES}


def test_a_table_is_found_wherever_a_statement_reads_it(shop: None) -> None:
    sql = """WITH a AS (SELECT 1 FROM "catalog_product") SELECT (SELECT 1
        FROM catalog_term AS t) FROM a JOIN inventory_reservation ON true
        JOIN unnest(b) AS c ON true"""
    assert tables_read([sql]) == {"catalog_product", "catalog_term", "inventory_reservation"}


def test_a_table_without_triggers_does_not_count_as_counted(shop: None) -> None:
    assert "catalog_product" in tables_counted()
    assert not {"inventory_reservation", "frontend_page_sum"} & tables_counted()
