"""A quote with steps that cannot be read: each of them is named, and nothing ends with an error."""

from dataclasses import replace

import pytest

from modules.pricing.contracts import AmountOf, Step
from modules.pricing.domain.explaining import explained
from modules.pricing.selectors import discrepancies, quote
from tests.pricing.baskets import basket, line, off
from tests.pricing.test_tampered_quotes import Change, line_step, quote_step, sample, without


def test_every_step_that_cannot_be_computed_is_named() -> None:
    priced = sample()
    last = priced.lines[-1]
    bad = (replace(last.steps[0], inputs={}), replace(last.steps[0], inputs={"listed_minor": "x"}))
    both = (*priced.lines[:-1], replace(last, steps=(*bad, *last.steps)))
    found = discrepancies(replace(priced, lines=both))
    assert found[:2] == (
        "listed-price: it cannot be computed: 'listed_minor'",
        "listed-price: it cannot be computed: the input 'listed_minor' of a step is a number, not"
        " 'x'",
    )


def nameless(steps: tuple[Step, ...], rule: str, key: str) -> tuple[Step, ...]:
    """The steps without the name of what they belong to in those of a rule."""
    return tuple(
        replace(each, inputs={name: each.inputs[name] for name in each.inputs if name != key})
        if each.rule == rule
        else each
        for each in steps
    )


@pytest.mark.parametrize(
    ("name", "rule", "key"),
    [
        ("per-line", "discount-spread", "discount"),
        ("per-line", "discount-share", "discount"),
        ("per-line", "discount-sum", "discount"),
        ("per-line", "discount-part", "discount"),
        ("per-line", "discount-units", "discount"),
        ("per-total", "discount-rate", "discount"),
        ("per-total", "tax-of-rate", "tax_code"),
        ("per-total", "tax-share", "tax_code"),
        ("per-line", "rate-net", "tax_code"),
        ("per-line", "rate-tax", "tax_code"),
    ],
)
def test_a_step_that_does_not_say_what_it_belongs_to_is_named(
    name: str, rule: str, key: str
) -> None:
    priced = sample(name)
    lines = tuple(replace(each, steps=nameless(each.steps, rule, key)) for each in priced.lines)
    changed = replace(priced, lines=lines, steps=nameless(priced.steps, rule, key))
    assert set(discrepancies(changed)) == {f"{rule}: it does not say which {key} it is of"}


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (quote_step("discount-spread", inputs={"line_1": "much"}), "discount-spread"),
        (quote_step("quote-total", inputs={"line_1": "much"}), "quote-total"),
        (line_step("item-discount", inputs={"line_1": "much"}), "item-discount"),
    ],
)
def test_an_amount_that_is_a_text_is_named_and_nothing_else(change: Change, step: str) -> None:
    assert discrepancies(change(sample())) == (
        f"{step}: it cannot be computed: the input 'line_1' of a step is a number, not 'much'",
    )


def test_a_share_of_nothing_that_was_spread_is_explained_without_other_shares() -> None:
    told = explained(without("discount-spread")(sample()))
    share = next(step for step in told.steps if step.name == "line_1.discount_1")
    assert share.rule == "discount-share"
    assert share.inputs == {"discount": 1, "spread_minor": AmountOf(of="discount_1", is_minor=500)}


def test_a_step_that_belongs_to_nothing_is_explained_and_not_hidden() -> None:
    priced = sample("per-total")
    steps = nameless(nameless(priced.steps, "tax-of-rate", "tax_code"), "discount-rate", "discount")
    magic = replace(priced.steps[-1], rule="magic", inputs={"line_1": 7})
    told = {step.name: step for step in explained(replace(priced, steps=(*steps, magic))).steps}
    assert told["tax_of."].rule == "tax-of-rate"
    assert told["discount_0"].rule == "discount-rate"
    assert told["magic"].inputs == {"line_1": AmountOf(of="line_1.magic", is_minor=7)}


def test_a_part_of_what_costs_nothing_is_sound() -> None:
    free = basket(line(0), line(500, sku="B"), discounts=(off(rate=10),))
    assert discrepancies(quote(free)) == ()
