"""Prices are listed from a moment on, never overwritten, and told to whoever listens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from events import facts, relay
from modules.kernel import clock
from modules.kernel.money import Money
from modules.pricing.commands import announce_due_prices, set_price, set_prices
from modules.pricing.contracts import PriceChanged, PriceRefused, SetPrice
from modules.pricing.selectors import listed_prices, price_history

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[PriceChanged]]:
    heard: list[PriceChanged] = []
    facts.subscribe(PriceChanged, heard.append)
    yield heard
    facts._handlers[PriceChanged].remove(heard.append)


def euro(minor: int) -> Money:
    return Money(minor, "EUR")


def listed(sku: str, at: datetime | None = None) -> int | None:
    price = listed_prices([sku], "EUR", at).get(sku)
    return price.price.minor if price else None


def test_a_listed_price_is_in_force_at_once_and_told(told: list[PriceChanged]) -> None:
    set_price(SetPrice(sku="A", price=euro(1290), compare_at=euro(1500)))
    price = listed_prices(["A", "B"], "EUR")["A"]
    assert (price.price, price.compare_at, price.price_version) == (euro(1290), euro(1500), 1)
    assert told == [PriceChanged(sku="A", price=euro(1290), compare_at=euro(1500))]


def test_earlier_prices_stay_on_record_with_their_time() -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        set_price(SetPrice(sku="A", price=euro(1000)))
    with time_machine.travel(datetime(2026, 2, 1, tzinfo=UTC), tick=False):
        set_price(SetPrice(sku="A", price=euro(1200)))
    assert listed("A", datetime(2026, 1, 31, tzinfo=UTC)) == 1000
    assert listed("A") == 1200
    assert listed("A", datetime(2025, 12, 31, tzinfo=UTC)) is None
    assert [(each.version, each.price.minor) for each in price_history("A", "EUR")] == [
        (2, 1200),
        (1, 1000),
    ]


def test_a_listing_that_is_in_force_already_is_not_written_again(told: list[PriceChanged]) -> None:
    for _ in range(2):
        set_price(SetPrice(sku="A", price=euro(1000)))
    assert len(price_history("A", "EUR")) == len(told) == 1


def test_a_price_listed_ahead_is_told_when_its_time_comes(told: list[PriceChanged]) -> None:
    set_price(SetPrice(sku="A", price=euro(1000)))
    soon = clock.now() + timedelta(days=7)
    set_price(SetPrice(sku="A", price=euro(800), valid_from=soon))
    assert (listed("A"), listed("A", soon)) == (1000, 800)
    assert announce_due_prices(clock.now()) == ()
    assert [each.price.minor for each in told] == [1000]
    with time_machine.travel(soon + timedelta(minutes=1)):
        assert announce_due_prices(clock.now()) == ("A",)
        assert announce_due_prices(clock.now()) == ()
    assert [each.price.minor for each in told] == [1000, 800]


def test_the_worker_tells_of_a_price_listed_ahead_at_its_time(told: list[PriceChanged]) -> None:
    set_price(SetPrice(sku="A", price=euro(1000)))
    soon = clock.now() + timedelta(days=7)
    set_price(SetPrice(sku="A", price=euro(800), valid_from=soon))
    relay.drain()
    assert [each.price.minor for each in told] == [1000]
    with time_machine.travel(soon + timedelta(minutes=1)):
        relay.drain()
    assert [each.price.minor for each in told] == [1000, 800]


def test_a_price_entered_late_for_the_past_changes_no_present_price(
    told: list[PriceChanged],
) -> None:
    set_price(SetPrice(sku="A", price=euro(1000)))
    past = clock.now() - timedelta(days=30)
    set_price(SetPrice(sku="A", price=euro(700), valid_from=past))
    assert (listed("A"), listed("A", past)) == (1000, 700)
    assert [each.price.minor for each in told] == [1000]


def test_each_currency_has_its_own_prices() -> None:
    set_price(SetPrice(sku="A", price=euro(1000)))
    set_price(SetPrice(sku="A", price=Money(1600, "JPY")))
    assert listed_prices(["A"], "JPY")["A"].price == Money(1600, "JPY")
    assert listed("A") == 1000
    assert listed_prices(["A"], "GBP") == {}


def test_prices_are_listed_all_or_none() -> None:
    with pytest.raises(PriceRefused):
        set_prices([SetPrice(sku="A", price=euro(1000)), SetPrice(sku="B", price=euro(-1))])
    assert listed_prices(["A", "B"], "EUR") == {}


@pytest.mark.parametrize("compare_at", [euro(999), Money(2000, "USD")])
def test_a_comparison_price_is_higher_and_in_the_same_money(compare_at: Money) -> None:
    with pytest.raises(PriceRefused):
        set_price(SetPrice(sku="A", price=euro(1000), compare_at=compare_at))


def test_many_prices_are_listed_and_read_in_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    skus = [f"SKU-{n}" for n in range(50)]
    set_prices([SetPrice(sku=sku, price=euro(100 + n)) for n, sku in enumerate(skus)])
    with django_assert_num_queries(1):
        assert len(listed_prices(skus, "EUR")) == 50
