"""What is cached is what may be, and nothing else is even looked at."""

from collections.abc import Callable

import pytest
from cachalot.api import invalidate
from cachalot.utils import UncachableQuery
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import query_cache
from frontend.caching.versions import needed
from modules.inventory.models import Stock
from modules.pricing.models import Price, TaxRate
from modules.shipping.models import Rate

pytestmark = pytest.mark.django_db


def asked(question: Callable[[], object], times: int = 2) -> int:
    """Returns how many statements the same question takes, asked several times."""
    invalidate()
    with CaptureQueriesContext(connection) as captured:
        for _ in range(times):
            question()
    return len(captured)


def test_a_table_on_the_list_is_read_once() -> None:
    assert asked(lambda: list(TaxRate.objects.filter(country="FR"))) == 1
    assert asked(lambda: list(Rate.objects.select_related("zone", "method"))) == 1


def test_a_page_that_is_kept_gets_no_answer_older_than_its_version() -> None:
    def under(version: str) -> int:
        before = needed.set(version)
        try:
            with CaptureQueriesContext(connection) as captured:
                list(TaxRate.objects.filter(country="FR"))
            return len(captured)
        finally:
            needed.reset(before)

    invalidate()
    assert [under(version) for version in ("1", "1", "2", "2", "")] == [1, 0, 1, 0, 1]


def test_a_table_off_the_list_is_read_every_time() -> None:
    assert asked(lambda: list(Stock.objects.filter(sku="A"))) == 2
    assert asked(lambda: Price.objects.count()) == 2


def test_a_query_of_both_is_read_every_time() -> None:
    priced = Price.objects.values("currency")
    assert asked(lambda: list(TaxRate.objects.filter(country__in=priced))) == 2


def test_a_query_that_is_never_cached_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[object] = []
    monkeypatch.setattr(query_cache, "get_query_cache_key", lambda compiler: named.append(compiler))
    list(Stock.objects.filter(sku="A"))
    assert named == []
    with pytest.raises(UncachableQuery):
        query_cache.query_key(Stock.objects.filter(sku="A").query.get_compiler("default"))
