"""Categories form a tree, collections keep an order, attributes keep their type."""

import pytest

from modules.catalog.commands import (
    define_attribute,
    save_category,
    save_collection,
    save_product,
    withdraw_product,
)
from modules.catalog.contracts import (
    AttributeMismatch,
    BrowseRequest,
    CategoryNotFound,
    CollectionNotFound,
    DefineAttribute,
    ProductNotFound,
    SaveCategory,
    SaveCollection,
)
from modules.catalog.selectors import (
    browse,
    category,
    category_tree,
    collection,
    collections,
    product_detail,
)
from tests.catalog.shelf import categories, facet, having, product, sized, stock_the_shelf

pytestmark = pytest.mark.django_db


def slugs(request: BrowseRequest) -> list[str]:
    return [card.slug for card in browse(request).products]


def test_a_category_contains_the_products_of_all_below_it() -> None:
    categories("prints", "prints/framed", "prints/framed/oak", "printshop")
    stock_the_shelf(
        product("a", category="prints"),
        product("b", category="prints/framed/oak"),
        product("c", category="printshop"),
    )
    assert slugs(BrowseRequest(currency="EUR", category="prints")) == ["a", "b"]
    assert slugs(BrowseRequest(currency="EUR", category="prints/framed")) == ["b"]


def test_the_tree_counts_active_products_here_and_below() -> None:
    categories("prints", "prints/framed")
    stock_the_shelf(
        product("a", category="prints"),
        product("b", category="prints/framed"),
        product("c", category="prints/framed", status="draft"),
    )
    assert (category("prints").product_count, category("prints/framed").product_count) == (2, 1)
    withdraw_product("b")
    save_product(product("c", category="prints"))
    assert (category("prints").product_count, category("prints/framed").product_count) == (2, 0)


def test_the_tree_is_ordered_by_position_then_name() -> None:
    for path, position in (("mugs", 2), ("prints", 1), ("bags", 2), ("prints/framed", 0)):
        save_category(SaveCategory(path=path, name=path.title(), position=position))
    roots = category_tree()
    assert [node.path for node in roots] == ["prints", "bags", "mugs"]
    assert [(child.path, child.slug, child.depth) for child in roots[0].children] == [
        ("prints/framed", "framed", 1)
    ]


def test_a_category_needs_the_one_above_it() -> None:
    with pytest.raises(CategoryNotFound, match="save it before"):
        save_category(SaveCategory(path="prints/framed", name="Framed"))


def test_saving_a_category_again_renames_it_in_place() -> None:
    categories("prints")
    stock_the_shelf(product("dunes", category="prints"))
    before = category("prints").id
    save_category(SaveCategory(path="prints", name="Posters", intro="Paper."))
    assert (category("prints").id, category("prints").name) == (before, "Posters")
    assert slugs(BrowseRequest(currency="EUR", query="posters")) == ["dunes"]


def test_the_breadcrumb_leads_from_the_root_to_the_product() -> None:
    categories("prints", "prints/framed")
    save_product(product("dunes", category="prints/framed"))
    detail = product_detail("dunes")
    assert [node.path for node in detail.breadcrumb] == ["prints", "prints/framed"]
    assert detail.category == detail.breadcrumb[-1]


def test_a_collection_keeps_its_hand_picked_order() -> None:
    stock_the_shelf(product("a"), product("b"), product("c"))
    save_collection(SaveCollection(slug="new", name="New", product_slugs=("c", "a", "c")))
    assert slugs(BrowseRequest(currency="EUR", collection="new")) == ["c", "a"]
    save_collection(SaveCollection(slug="new", name="New", product_slugs=("b", "c")))
    assert slugs(BrowseRequest(currency="EUR", collection="new")) == ["b", "c"]
    assert [shown.slug for shown in product_detail("b").collections] == ["new"]


def test_collections_are_listed_in_their_order_and_unknown_ones_refused() -> None:
    save_collection(SaveCollection(slug="b", name="B", position=1))
    save_collection(SaveCollection(slug="a", name="A", position=2))
    assert [shown.slug for shown in collections()] == ["b", "a"]
    assert collection("a").name == "A"
    for ask in (collection, lambda slug: browse(BrowseRequest(currency="EUR", collection=slug))):
        with pytest.raises(CollectionNotFound):
            ask("missing")
    with pytest.raises(ProductNotFound):
        save_collection(SaveCollection(slug="c", name="C", product_slugs=("missing",)))


def test_an_empty_category_is_empty_and_an_unknown_one_is_not_found() -> None:
    categories("prints")
    assert browse(BrowseRequest(currency="EUR", category="prints")).total == 0
    with pytest.raises(CategoryNotFound):
        browse(BrowseRequest(currency="EUR", category="missing"))


def test_an_attribute_in_use_keeps_its_type() -> None:
    facet("year", type="integer")
    save_product(product("dunes", attributes=having(year=1984)))
    with pytest.raises(AttributeMismatch):
        facet("year", type="text")
    define_attribute(DefineAttribute(code="year", label="Made in", type="integer"))
    assert product_detail("dunes").attributes == (("year", "Made in", 1984),)


def test_making_an_attribute_a_facet_offers_it_at_once() -> None:
    define_attribute(DefineAttribute(code="palette", label="Palette", type="choice"))
    stock_the_shelf(product("a", attributes=having(palette="warm")), sized("b", "A4"))
    assert [shown.code for shown in browse(BrowseRequest(currency="EUR")).facets] == ["kind"]
    facet("palette", position=1)
    facet("size", position=2)
    shown = browse(BrowseRequest(currency="EUR")).facets
    assert [facet.code for facet in shown] == ["kind", "palette", "size"]
