"""Lists are sorted, priced in one currency, paged, and follow every update of a listing."""

import pytest

from modules.catalog.commands import save_product, update_listing, update_listings
from modules.catalog.contracts import BrowseRequest, UpdateListing, VariantNotFound
from modules.catalog.selectors import browse, product_cards, related_products
from modules.kernel.money import Money
from tests.catalog.shelf import (
    categories,
    list_availability,
    list_price,
    picture,
    product,
    sized,
    stock_the_shelf,
)

pytestmark = pytest.mark.django_db


def slugs(**request: object) -> list[str]:
    asked = BrowseRequest(**{"currency": "EUR", **request})  # type: ignore[arg-type]
    return [card.slug for card in browse(asked).products]


def test_a_card_shows_the_lowest_price_and_says_when_it_varies() -> None:
    stock_the_shelf(sized("dunes", "A4", "A3", pictures=(picture("p"),)), product("mug"))
    list_price("DUNES-A4", 1500, was=2000)
    list_price("DUNES-A3", 3000)
    dunes, mug = product_cards(["dunes", "mug"], "EUR")
    assert (dunes.price, dunes.price_varies) == (Money(1500, "EUR"), True)
    assert (dunes.compare_at, dunes.single_sku) == (Money(2000, "EUR"), "")
    assert dunes.picture
    assert (mug.price_varies, mug.compare_at, mug.single_sku) == (False, None, "MUG")


def test_a_price_without_a_former_one_ends_the_reduction() -> None:
    stock_the_shelf(product("mug"))
    list_price("MUG", 800, was=1000)
    list_availability("MUG", "low")
    assert product_cards(["mug"], "EUR")[0].compare_at == Money(1000, "EUR")
    list_price("MUG", 900)
    assert product_cards(["mug"], "EUR")[0].compare_at is None


def test_a_product_is_listed_only_in_currencies_it_has_a_price_in() -> None:
    stock_the_shelf(product("mug"))
    assert slugs(currency="GBP") == []
    update_listing(UpdateListing(sku="MUG", price=Money(700, "GBP")))
    assert slugs(currency="GBP") == slugs() == ["mug"]


def test_lists_are_sorted_by_place_by_age_and_by_price() -> None:
    stock_the_shelf(product("old", position=2))
    stock_the_shelf(product("mid", position=1), price=3000)
    stock_the_shelf(product("new", position=3), price=2000)
    assert slugs() == ["mid", "old", "new"]
    assert slugs(sort="newest") == ["new", "mid", "old"]
    assert slugs(sort="price") == ["old", "new", "mid"]
    assert slugs(sort="-price") == ["mid", "new", "old"]


def test_a_price_range_includes_its_ends() -> None:
    stock_the_shelf(product("a"), product("b"), product("c"))
    for sku, minor in (("A", 999), ("B", 1000), ("C", 2000)):
        list_price(sku, minor)
    assert slugs(price_min=1000, price_max=2000, sort="price") == ["b", "c"]
    assert slugs(price_max=999) == ["a"]


def test_in_stock_only_leaves_out_what_is_sold_out_or_on_backorder() -> None:
    stock_the_shelf(product("a"), product("b"), product("c"), product("d"))
    for sku, availability in (("B", "low"), ("C", "backorder"), ("D", "sold-out")):
        list_availability(sku, availability)
    assert sorted(slugs(in_stock_only=True)) == ["a", "b"]


def test_a_product_is_as_available_as_its_best_variant_on_sale() -> None:
    stock_the_shelf(sized("dunes", "A4", "A3"))
    list_availability("DUNES-A4", "sold-out")
    assert product_cards(["dunes"], "EUR")[0].availability == "in-stock"
    save_product(sized("dunes", "A4"))
    assert product_cards(["dunes"], "EUR")[0].availability == "sold-out"


def test_pages_follow_each_other_without_gap_and_end_at_the_last() -> None:
    stock_the_shelf(*(product(f"print-{n:02}", position=n) for n in range(25)))
    seen = [slugs(page=page, page_size=10) for page in (1, 2, 3)]
    assert [len(page) for page in seen] == [10, 10, 5]
    assert [slug for page in seen for slug in page] == [f"print-{n:02}" for n in range(25)]
    past = browse(BrowseRequest(currency="EUR", page=99, page_size=10))
    assert (past.page, past.pages, past.total) == (3, 3, 25)
    assert browse(BrowseRequest(currency="EUR", page=-4, page_size=10)).page == 1


def test_an_unknown_sku_stops_the_whole_update() -> None:
    stock_the_shelf(product("mug"))
    known = UpdateListing(sku="MUG", price=Money(1, "EUR"))
    with pytest.raises(VariantNotFound) as refusal:
        update_listings([known, UpdateListing(sku="GONE", availability="low")])
    assert refusal.value.fields == {"sku": "GONE"}
    assert product_cards(["mug"], "EUR")[0].price == Money(1000, "EUR")


def test_cards_keep_the_asked_order_and_leave_out_what_is_not_on_sale() -> None:
    stock_the_shelf(product("a"), product("b"), product("c", status="draft"))
    cards = product_cards(["b", "missing", "c", "a", "b"], "EUR")
    assert [card.slug for card in cards] == ["b", "a"]


def test_related_products_share_the_series_first_then_the_category() -> None:
    categories("prints", "mugs")
    stock_the_shelf(
        product("this", series="Dunes", category="prints"),
        product("same-shelf", series="Waves", category="prints"),
        product("same-series", series="Dunes", category="mugs", position=9),
        product("stranger", kind="Mug", series="Tiles", category="mugs"),
    )
    related = [card.slug for card in related_products("this", "EUR", limit=3)]
    assert related == ["same-series", "same-shelf"]
    assert related_products("missing", "EUR") == ()


def test_what_is_merely_alike_comes_where_series_and_shelf_have_too_few() -> None:
    categories("prints", "mugs")
    stock_the_shelf(
        product("this", kind="Mug", category="prints"),
        product("same-shelf", kind="Poster", category="prints", position=9),
        product("alike", kind="Mug", category="mugs"),
        product("stranger", kind="Poster", category="mugs"),
    )
    related = [card.slug for card in related_products("this", "EUR", limit=3)]
    assert related == ["same-shelf", "alike"]


def test_what_is_closer_twice_over_counts_once_and_leaves_room_for_what_is_alike() -> None:
    categories("prints", "mugs")
    stock_the_shelf(
        product("this", kind="Print", series="Dunes", category="prints"),
        product("both", kind="Print", series="Dunes", category="prints"),
        product("alike", kind="Print", series="Tiles", category="mugs", position=1),
        product("stranger", kind="Mug", series="Waves", category="mugs"),
    )
    related = [card.slug for card in related_products("this", "EUR", limit=2)]
    assert related == ["both", "alike"]
