"""A product's price, availability and options follow from its variants."""

import pytest

from modules.catalog.contracts import AttributeMismatch, SaveVariant, SkuTaken, VariantsUnclear
from modules.catalog.domain.attributes import AttributeRule
from modules.catalog.domain.offers import best_availability, option_names, price_span
from tests.catalog.shelf import product, sized


def test_the_span_runs_from_the_lowest_to_the_highest_price() -> None:
    span = price_span([(1500, None), (900, 1200), (4000, 9000)])
    assert (span.lowest_minor, span.highest_minor, span.compare_at_minor) == (900, 4000, 1200)


def test_a_former_price_that_was_not_higher_is_no_reduction() -> None:
    assert price_span([(900, 900)]).compare_at_minor is None
    assert price_span([(900, 400)]).compare_at_minor is None


def test_a_product_is_as_available_as_its_best_variant() -> None:
    assert best_availability(["sold-out", "low", "backorder"]) == "low"
    assert best_availability(["backorder", "sold-out"]) == "backorder"
    assert best_availability([]) == "sold-out"


def test_options_keep_the_order_of_the_variants() -> None:
    two = SaveVariant(sku="A", title="", options=(("Size", "S"), ("Frame", "Oak")))
    assert option_names(product("dunes", variants=(two,))) == ("Size", "Frame")
    assert option_names(product("dunes")) == ()


def variant(sku: str, *options: tuple[str, str]) -> SaveVariant:
    return SaveVariant(sku=sku, title=sku, options=options)


@pytest.mark.parametrize(
    "variants",
    [
        (),
        (variant("A", ("Size", "S")), variant("B", ("Frame", "Oak"))),
        (variant("A", ("Size", "S")), variant("B", ("Size", "S"))),
        (variant("A"), variant("B")),
        (variant("A", ("Size", "S"), ("Size", "M")),),
    ],
)
def test_variants_that_options_do_not_tell_apart_are_refused(
    variants: tuple[SaveVariant, ...],
) -> None:
    with pytest.raises(VariantsUnclear):
        option_names(product("dunes", variants=variants))


def test_two_variants_cannot_share_a_sku() -> None:
    with pytest.raises(SkuTaken) as refusal:
        option_names(
            product("dunes", variants=(variant("A", ("S", "1")), variant("A", ("S", "2"))))
        )
    assert refusal.value.fields == {"sku": "A"}


def test_sizes_of_one_product_need_no_further_words() -> None:
    assert option_names(sized("dunes", "A4", "A3")) == ("Size",)


@pytest.mark.parametrize(
    ("type", "value"),
    [("text", 3), ("text", ""), ("integer", "3"), ("integer", True), ("boolean", 1), ("choice", 2)],
)
def test_a_value_of_another_type_is_refused(type: str, value: str | int) -> None:
    with pytest.raises(AttributeMismatch):
        AttributeRule(code="size", type=type).check(value)


def test_a_choice_takes_only_what_is_offered_if_anything_is() -> None:
    AttributeRule(code="size", type="choice").check("anything")
    AttributeRule(code="size", type="choice", choices=("S", "M")).check("M")
    with pytest.raises(AttributeMismatch, match="S, M"):
        AttributeRule(code="size", type="choice", choices=("S", "M")).check("XL")
