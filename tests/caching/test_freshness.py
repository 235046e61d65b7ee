"""Whatever was written and answered is seen by the next request of every process."""

from collections.abc import Callable

import pytest
from django.db import connection

from frontend.caching.front import PageCache
from modules.catalog.commands import (
    save_category,
    save_product,
    update_listings,
    withdraw_product,
)
from modules.catalog.contracts import SaveCategory, SaveProduct, SaveVariant, UpdateListing
from modules.inventory.commands import receive_stock
from modules.inventory.contracts import ReceiveStock
from modules.kernel.money import Money
from modules.pricing.commands import set_price
from modules.pricing.contracts import SetPrice
from modules.shipping.commands import save_methods
from modules.shipping.contracts import SaveMethod
from tests.caching.asking import Child, Front
from tests.support.trade import PRICES, PRINT, buy

pytestmark = pytest.mark.django_db

MOON, PRINTS = f"/products/moon/?sku={PRINT}", "/categories/prints/"


def product(title: str) -> SaveProduct:
    variants = tuple(SaveVariant(sku=sku, title=sku, options=(("Format", sku),)) for sku in PRICES)
    return SaveProduct(slug="moon", title=title, kind="print", category="prints", variants=variants)


def by_hand(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


WRITES: dict[str, tuple[Callable[[], object], str, str]] = {
    "price": (
        lambda: set_price(SetPrice(sku=PRINT, price=Money(7_654, "EUR"))), MOON, "76.54",
    ),
    "listed price": (
        lambda: update_listings(
            [
                UpdateListing(sku=sku, price=Money(6_543, "EUR"), availability="low")
                for sku in PRICES
            ]
        ),
        PRINTS,
        "Only a few left",
    ),
    "text": (lambda: save_product(product("Moon over Lyon")), MOON, "Moon over Lyon"),
    "category": (
        lambda: save_category(SaveCategory(path="prints", name="Wall pieces")), MOON, "Wall pieces",
    ),
    "delivery": (
        lambda: save_methods((SaveMethod(code="standard", title="Bicycle", carrier="Velo"),)),
        MOON,
        "Bicycle delivery",
    ),
    "category by hand": (
        lambda: by_hand("UPDATE catalog_category SET name = 'Renamed in psql'"),
        MOON,
        "Renamed in psql",
    ),
    "delivery by hand": (
        lambda: by_hand("UPDATE shipping_method SET title = 'Pigeon'"), MOON, "Pigeon delivery",
    ),
    "SQL by hand": (
        lambda: by_hand("UPDATE catalog_product SET description = 'Typed into psql'"),
        MOON,
        "Typed into psql",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_seen_by_the_next_request_of_every_process(
    front: Front, other: Child, name: str
) -> None:
    write, path, words = WRITES[name]
    for _ in range(2):
        assert words not in front.get(path).text
        assert words not in other.read(path)
    write()
    assert words in other.read(path)
    assert words in front.get(path).text


def test_a_price_set_in_another_process_is_seen_here(front: Front, other: Child) -> None:
    assert "91.23" not in front.get(MOON).text
    other.do(price=PRINT, minor=9_123)
    assert "91.23" in front.get(MOON).text


def test_stock_that_falls_low_shows_at_once_and_leaves_other_pages_alone(
    front: Front, pages: PageCache, other: Child
) -> None:
    receive_stock(ReceiveStock(sku="NOT-ON-THE-PAGE", quantity=3))
    front.get(PRINTS)
    front.get(MOON)
    assert "Only" not in other.read(MOON)
    buy(prints=6)
    assert "Only 4 left" in other.read(MOON)
    assert "Only 4 left" in front.get(MOON).text
    front.get(PRINTS)
    before = pages.counted["hits"]
    receive_stock(ReceiveStock(sku="NOT-ON-THE-PAGE", quantity=3))
    front.get(PRINTS)
    front.get(MOON)
    assert pages.counted["hits"] == before + 2


def test_a_rolled_back_write_is_seen_by_nobody(front: Front, other: Child) -> None:
    page = front.get(MOON).body
    other.do(title="Never was", roll_back=True)
    assert front.get(MOON).body == page
    assert "Never was" not in other.read(MOON)


def test_a_page_rendered_during_a_write_is_not_kept_beyond_it(front: Front, other: Child) -> None:
    other.do(begin="Begun and committed")
    for _ in range(2):
        assert "Begun and committed" not in front.get(MOON).text
    other.do(commit=True)
    # Without a transaction block of Django's nobody is told: PostgreSQL is asked in time.
    assert "Begun and committed" in front.get(MOON).text


def test_a_writer_killed_before_it_could_tell_is_seen_all_the_same(
    shop: None, front: Front
) -> None:
    assert "Last words" not in front.get(MOON).text
    child = Child()
    child.send(title="Last words", die=True)
    with pytest.raises(EOFError):
        child.answer()
    child.end()
    assert "Last words" in front.get(MOON).text


def test_a_withdrawn_product_is_gone_at_the_next_request(front: Front, other: Child) -> None:
    save_product(product("Moon"))
    assert front.get(MOON).status == 200
    withdraw_product("moon")
    assert front.get(MOON).status == 410
    assert other.read(MOON) == "status 410"
    save_product(product("Moon"))
    assert front.get(MOON).status == 200
