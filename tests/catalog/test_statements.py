"""How many statements each question costs, whatever the size of the catalogue."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from modules.catalog.commands import save_collection, save_product
from modules.catalog.contracts import BrowseRequest, SaveCollection
from modules.catalog.selectors import (
    browse,
    catalogue_size,
    category_tree,
    product_cards,
    product_detail,
    related_products,
    sellable_variants,
    suggestions,
)
from tests.catalog.shelf import categories, facet, having, picture, sized, stock_the_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shelf() -> None:
    categories("prints")
    facet("palette")
    stock_the_shelf(
        *(
            sized(
                f"dunes-{n}",
                "A4",
                "A3",
                category="prints",
                attributes=having(palette="warm"),
                pictures=(picture(f"main-{n}"), picture(f"hover-{n}", role="hover")),
            )
            for n in range(30)
        )
    )
    save_collection(SaveCollection(slug="new", name="New", product_slugs=("dunes-1",)))


@pytest.mark.parametrize(
    ("request_", "statements"),
    [
        (BrowseRequest(currency="EUR"), 3),
        (BrowseRequest(currency="EUR", category="prints", facets=(("palette", ("warm",)),)), 3),
        (BrowseRequest(currency="EUR", collection="new"), 3),
        (BrowseRequest(currency="EUR", query="dunes"), 4),
        (BrowseRequest(currency="EUR", query="dnues"), 5),
    ],
)
def test_browsing_costs(
    request_: BrowseRequest,
    statements: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    cache.clear()
    with django_assert_num_queries(statements):
        browse(request_)


@pytest.mark.parametrize(
    ("question", "statements"),
    [
        (lambda: product_detail("dunes-1"), 2),
        (lambda: sellable_variants([f"DUNES-{n}-A4" for n in range(30)]), 1),
        (lambda: product_cards([f"dunes-{n}" for n in range(30)], "EUR"), 1),
        (lambda: related_products("dunes-1", "EUR"), 1),
        (lambda: suggestions("dun"), 3),
        (category_tree, 1),
        (catalogue_size, 1),
    ],
    ids=["detail", "sellable", "cards", "related", "suggestions", "tree", "size"],
)
def test_asking_costs(
    question: Callable[[], object],
    statements: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    cache.clear()
    with django_assert_num_queries(statements):
        question()


def test_saving_costs_the_same_for_one_variant_or_many(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(45):
        save_product(sized("wide", *(f"S{n}" for n in range(12)), pictures=(picture("w"),)))
