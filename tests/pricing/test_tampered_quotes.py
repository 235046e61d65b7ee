"""A quote in which one thing was changed is told apart, in a sentence that names what."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modules.pricing.contracts import Quote, QuotedLine, Step
from modules.pricing.domain.discounting import taken_off
from modules.pricing.domain.explaining import expanded, explained
from modules.pricing.selectors import discrepancies, quote
from tests.pricing.samples import SAMPLES

type Change = Callable[[Quote], Quote]


def sample(name: str = "per-line") -> Quote:
    return quote(SAMPLES[name])


def with_step(steps: tuple[Step, ...], of: str, /, **changes: Any) -> tuple[Step, ...]:
    """Changes the first step of a rule; `inputs` adds to its inputs."""
    place = next(n for n, step in enumerate(steps) if step.rule == of)
    old = steps[place]
    inputs = {**old.inputs, **changes.pop("inputs", {})}
    return (*steps[:place], replace(old, inputs=inputs, **changes), *steps[place + 1 :])


def line_step(of: str, /, **changes: Any) -> Change:
    def change(priced: Quote) -> Quote:
        first = priced.lines[0]
        changed = replace(first, steps=with_step(first.steps, of, **changes))
        return replace(priced, lines=(changed, *priced.lines[1:]))

    return change


def quote_step(of: str, /, **changes: Any) -> Change:
    return lambda priced: replace(priced, steps=with_step(priced.steps, of, **changes))


def line(**changes: Any) -> Change:
    return lambda priced: replace(
        priced, lines=(replace(priced.lines[0], **changes), *priced.lines[1:])
    )


def whole(**changes: Any) -> Change:
    return lambda priced: replace(priced, **changes)


def without(rule: str) -> Change:
    return lambda priced: replace(
        priced, steps=tuple(step for step in priced.steps if step.rule != rule)
    )


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("per-line", line_step("taxable", rule="magic"), "no formula magic version 1"),
        ("per-line", line_step("taxable", rule_version=9), "no formula taxable version 9"),
        (
            "per-line",
            line_step("taxable", inputs={"subtotal_minor": "much"}),
            "taxable: it cannot be computed: the input 'subtotal_minor' of a step is a number, not"
            " 'much'",
        ),
        (
            "per-line",
            line_step("line-subtotal", amount_minor=3_898),
            "line-subtotal: 3898, computed again 3897",
        ),
        (
            "per-line",
            line(unit_price_minor=1_300),
            "line_1: unit_price_minor 1300 is not what its steps say",
        ),
        ("per-line", line(tax_minor=0), "line_1: tax_minor 0 is not what its steps say"),
        ("per-line", whole(total_minor=1), "total_minor 1 is not what its steps say"),
        (
            "per-line",
            line_step("line-subtotal", inputs={"quantity": 4}),
            "line_1: line-subtotal took a quantity that is not the line's",
        ),
        (
            "per-line",
            line_step("line-subtotal", inputs={"unit_minor": 1}),
            "line_1: line-subtotal took a unit_minor that is not the line's",
        ),
        (
            "per-line",
            line_step("tax-of-line", inputs={"taxable_minor": 1}),
            "line_1: tax-of-line took a taxable_minor that is not the line's",
        ),
        (
            "per-line",
            line_step("tax-of-line", inputs={"tax_code": "FR-books"}),
            "line_1: tax-of-line took a tax_code that is not the line's",
        ),
        (
            "per-line",
            line_step("tax-of-line", inputs={"tax_rate_millionths": 1}),
            "line_1: tax-of-line took a tax_rate_millionths that is not the line's",
        ),
        (
            "per-line",
            line_step("tax-of-line", inputs={"tax_included": 0}),
            "line_1: tax-of-line took a tax_included that is not the line's",
        ),
        (
            "per-line",
            line_step("item-discount", inputs={"share_9": 1}),
            "line_1: its discount is not the sum of its shares",
        ),
        (
            "per-line",
            quote_step("quote-total", inputs={"line_1": 1}),
            "quote-total: it adds up amounts that are not the lines'",
        ),
        (
            "per-line",
            quote_step("rate-tax", inputs={"line_2": 1}),
            "rate-tax: it leaves out a line",
        ),
        (
            "per-line",
            whole(taxes=()),
            "a line is taxed at a rate that the quote does not list",
        ),
        (
            "per-line",
            without("discount-spread"),
            "line_1: a share of nothing that was spread",
        ),
        (
            "per-line",
            line_step("discount-share", inputs={"weight_total_minor": 1}),
            "line_1: its share of 5 off is not that of the largest remainder",
        ),
        (
            "per-line",
            line_step("discount-part", inputs={"left_minor": 1}),
            "line_1: discount-part took a part of what was not left",
        ),
        ("per-line", without("discount-sum"), "a discount is not the sum of its parts"),
        (
            "per-total",
            line_step("tax-share", inputs={"tax_of_rate_minor": 1}),
            "line_1: its share of VAT 20 % is not that of the largest remainder",
        ),
        (
            "per-total",
            quote_step("tax-of-rate", inputs={"tax_rate_millionths": 1}),
            "tax-of-rate: it used another rate than FR-standard",
        ),
        (
            "per-total",
            quote_step("tax-of-rate", inputs={"tax_included": 0}),
            "tax-of-rate: it used another rate than FR-standard",
        ),
    ],
)
def test_one_thing_that_was_changed_is_named(name: str, change: Change, said: str) -> None:
    assert discrepancies(sample(name)) == ()
    assert said in discrepancies(change(sample(name)))


def test_the_tax_of_a_rate_is_what_its_steps_say() -> None:
    priced = sample()
    first, *others = priced.taxes
    for wrong in (replace(first, net_minor=1), replace(first, tax_minor=1)):
        changed = replace(priced, taxes=(wrong, *others))
        assert "the tax at FR-standard is not what its steps say" in discrepancies(changed)


def test_a_delivery_is_held_against_its_steps_as_a_line_is() -> None:
    priced = sample()
    assert priced.delivery is not None
    changed = replace(priced, delivery=replace(priced.delivery, total_minor=1))
    assert "delivery: total_minor 1 is not what its steps say" in discrepancies(changed)


def test_every_change_is_told_and_not_only_the_first() -> None:
    priced = sample()
    last = priced.lines[-1]
    bad = replace(last.steps[0], rule="magic"), replace(last.steps[0], rule="wonder")
    both = (replace(last, steps=(*bad, *last.steps)),)
    found = discrepancies(replace(priced, lines=(*priced.lines[:-1], *both)))
    assert found[:2] == ("no formula magic version 1", "no formula wonder version 1")


def test_what_each_promotion_took_off_is_told_in_their_order() -> None:
    # The fourth takes a print at its listed price off; the delivery is free.
    assert [
        (each.code, each.version, each.label, each.voucher, each.amount_minor)
        for each in taken_off(sample())
    ] == [
        ("order-off", 2, "5 off", "", 500),
        ("one-line", 1, "Print", "", 100),
        ("two-lines", 1, "Paper", "", 689),
        ("third-free", 4, "Third", "", 1_299),
        ("ten", 1, "Ten", "TEN-A", 820),
        ("sent-free", 1, "Sent free", "", 590),
    ]
    assert taken_off(sample("abroad")) == ()
    assert taken_off(sample("nothing")) == ()


def test_a_promotion_that_takes_twice_is_told_once() -> None:
    priced = sample()
    again = next(step for step in priced.steps if step.rule == "discount-spread")
    doubled = taken_off(replace(priced, steps=(*priced.steps, again)))
    assert (doubled[0].code, doubled[0].amount_minor) == ("order-off", 1_000)


def test_an_amount_is_expanded_to_all_that_it_rests_on_each_told_once() -> None:
    told = explained(sample(), "CF-1")
    found = expanded(told, "line_1.tax")
    assert [(depth, step.name) for depth, step in found][:3] == [
        (0, "line_1.tax"),
        (1, "line_1.taxable"),
        (2, "line_1.subtotal"),
    ]
    names = [step.name for _, step in found]
    assert len(set(names)) == len(names)
    assert {"line_1.listed", "line_1.discount", "discount_1"} <= set(names)
    with pytest.raises(KeyError):
        expanded(told, "line_9.tax")


def test_a_line_is_told_with_its_sku_and_quantity_and_the_delivery_without() -> None:
    told = explained(sample())
    first, *_, last = told.items
    assert told.order == ""
    assert (first.name, first.title, first.sku, first.quantity) == ("line_1", "Print", "PRINT", 3)
    assert (last.name, last.title, last.sku, last.quantity) == ("delivery", "Standard", "", None)
    assert isinstance(sample().lines[0], QuotedLine)
