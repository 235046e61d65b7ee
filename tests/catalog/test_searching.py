"""A question finds products by whole words, stems, beginnings and part numbers, also mistyped."""

import pytest

from modules.catalog.commands import save_product, withdraw_product
from modules.catalog.contracts import BrowseRequest
from modules.catalog.models import Term
from modules.catalog.selectors import browse, suggestions
from tests.catalog.shelf import categories, facet, having, picture, product, sized, stock_the_shelf

pytestmark = pytest.mark.django_db


def found(query: str, **request: object) -> list[str]:
    asked = BrowseRequest(**{"currency": "EUR", "query": query, **request})  # type: ignore[arg-type]
    return [card.slug for card in browse(asked).products]


def corrected(query: str) -> str:
    return browse(BrowseRequest(currency="EUR", query=query)).corrected_query


@pytest.fixture(autouse=True)
def _shelf() -> None:
    categories("prints", "mugs")
    facet("palette")
    stock_the_shelf(
        sized(
            "evening-dunes",
            "A4",
            "A3",
            series="Landscapes",
            category="prints",
            attributes=having(palette="Café crème"),
            description="A print on heavy cotton paper, for the hallway.",
        ),
        product("delft-mug", kind="Mug", category="mugs", description="Holds evening tea."),
        product("botanical-fern", series="Édition", category="prints"),
    )


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("dunes", "evening-dunes"),
        ("DUNE", "evening-dunes"),
        ("cottons", "evening-dunes"),
        ("botan", "botanical-fern"),
        ("edition", "botanical-fern"),
        ("ÉDITION", "botanical-fern"),
        ("cafe creme", "evening-dunes"),
        ("EVENING-DUNES-A3", "evening-dunes"),
        ("eveningdunesa3", "evening-dunes"),
        ("the mug", "delft-mug"),
    ],
)
def test_a_product_is_found_by(query: str, slug: str) -> None:
    assert found(query) == [slug]


def test_every_word_must_match() -> None:
    assert found("evening mug") == ["delft-mug"]
    assert found("botanical mug") == []


def test_a_word_in_the_title_ranks_above_one_in_the_description() -> None:
    assert found("evening") == ["evening-dunes", "delft-mug"]
    assert found("evening", sort="price") == ["evening-dunes", "delft-mug"]


@pytest.mark.parametrize(
    ("typed", "meant", "slug"),
    [
        ("dunse", "dunes", "evening-dunes"),
        ("botnaical", "botanical", "botanical-fern"),
        ("evning dunnes", "evening dunes", "evening-dunes"),
        ("mgu", "mug", "delft-mug"),
        ("landscpaes", "landscapes", "evening-dunes"),
        ("éditoin", "edition", "botanical-fern"),
    ],
)
def test_a_mistyped_word_finds_what_was_meant_and_says_so(
    typed: str, meant: str, slug: str
) -> None:
    assert corrected(typed) == meant
    assert found(typed) == [slug]


def test_what_was_typed_rightly_is_not_corrected() -> None:
    assert corrected("dunes") == corrected("dune") == corrected("the evening") == ""


def test_nonsense_finds_nothing_rather_than_anything() -> None:
    assert found("xylophonist") == found("85123z") == found("?!") == found("''&|!:*") == []
    assert corrected("xylophonist") == ""


def test_an_empty_question_is_no_question() -> None:
    assert len(found("")) == len(found("   ")) == 3


def test_only_common_words_are_taken_at_their_word() -> None:
    assert found("the") == ["evening-dunes"]


def test_a_question_narrows_within_a_category() -> None:
    assert found("evening", category="mugs") == ["delft-mug"]


def test_a_withdrawn_product_takes_its_words_along() -> None:
    assert Term.objects.filter(term="fern").exists()
    withdraw_product("botanical-fern")
    assert found("fern") == []
    assert corrected("botnaical") == ""
    assert not Term.objects.filter(term="fern").exists()


def test_the_vocabulary_counts_each_product_once_however_often_it_is_saved() -> None:
    for _ in range(3):
        save_product(product("delft-mug", kind="Mug", title="Mug mug mug"))
    assert Term.objects.get(term="mug").uses == 1
    assert not Term.objects.filter(term="tea").exists()


def test_suggestions_offer_products_categories_and_longer_words() -> None:
    save_product(product("mug-rack", title="Mug rack", pictures=(picture("rack"),)))
    offered = suggestions("mu")
    assert [(s.kind, s.url_path) for s in offered] == [
        ("product", "/products/mug-rack/"),
        ("product", "/products/delft-mug/"),
        ("category", "/categories/mugs/"),
        ("term", "/search/?q=mug"),
    ]
    assert offered[0].picture is not None


def test_suggestions_complete_the_last_word_and_forgive_typing() -> None:
    assert "evening" in [s.title for s in suggestions("even") if s.kind == "term"]
    assert [s.title for s in suggestions("dunse") if s.kind == "product"] == ["Evening Dunes"]
    assert suggestions("") == suggestions("?") == ()


def test_suggestions_never_exceed_their_limit() -> None:
    stock_the_shelf(*(product(f"mug-{n}", kind="Mug") for n in range(20)))
    assert len(suggestions("mug", limit=8)) == 8
    assert len(suggestions("mug", limit=1)) == 1
