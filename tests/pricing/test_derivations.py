"""Every amount of a quote follows from its steps, by hand and years later."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import codec
from modules.pricing.contracts import (
    Discount,
    Quote,
    QuotedDelivery,
    QuotedLine,
    QuoteRequest,
    Step,
)
from modules.pricing.domain.derivation import numbered
from modules.pricing.selectors import discrepancies, quote
from tests.pricing.arithmetic import by_hand, largest_remainder, parts
from tests.pricing.baskets import basket, delivery, line, off, tax

CLASSES = ("standard", "books", "digital")
rates = st.integers(0, 1_000_000)
small = st.integers(0, 100_000)


@st.composite
def requests(draw: st.DrawFn) -> QuoteRequest:
    included = draw(st.booleans())
    currency = draw(st.sampled_from(["EUR", "JPY", "BHD"]))
    made = draw(
        st.lists(
            st.tuples(small, st.integers(1, 30), st.sampled_from(CLASSES)), min_size=1, max_size=12
        )
    )
    lines = [
        line(minor, quantity, sku=f"SKU-{n}", included=included, tax_class=name, currency=currency)
        for n, (minor, quantity, name) in enumerate(made)
    ]
    rules = tuple(tax(draw(rates), tax_class=name) for name in CLASSES)
    return basket(
        *lines,
        currency=currency,
        rules=draw(st.sampled_from([(), rules])),
        home_tax_rules=tuple(tax(draw(rates), country="DE", tax_class=name) for name in CLASSES),
        delivery=draw(
            st.none() | small.map(lambda m: delivery(m, included=included, currency=currency))
        ),
        discounts=tuple(draw(st.lists(discounts(len(lines)), max_size=3))),
        rounding=draw(st.sampled_from(["per-line", "per-total"])),
        reverse_charge=draw(st.sampled_from([False, False, False, True])),
    )


def discounts(count: int) -> st.SearchStrategy[Discount]:
    targets, number = st.sampled_from(["order", "line", "delivery"]), st.integers(0, count)
    return st.one_of(
        st.builds(
            lambda amount, target, n: off(amount, target=target, sku=f"SKU-{n}"),
            small,
            targets,
            number,
        ),
        st.builds(
            lambda rate, target, n: off(rate=rate, target=target, sku=f"SKU-{n}"),
            st.integers(1, 100),
            targets,
            number,
        ),
        st.builds(
            lambda rate, n, units: off(rate=rate, target="line", units=((f"SKU-{n}", units),)),
            st.integers(1, 100),
            number,
            st.integers(1, 30),
        ),
    )


def parts_of(priced: Quote) -> list[QuotedLine | QuotedDelivery]:
    return [*priced.lines, *([priced.delivery] if priced.delivery else [])]


def all_steps(priced: Quote) -> list[Step]:
    return [*priced.steps, *(step for item in parts_of(priced) for step in item.steps)]


def amount(steps: tuple[Step, ...], *rules: str) -> int:
    """The amount of the last step of some rules."""
    return [step.amount_minor for step in steps if step.rule in rules][-1]


@given(requests())
def test_every_step_can_be_computed_again_by_hand(request: QuoteRequest) -> None:
    for step in all_steps(quote(request)):
        assert by_hand(step) == step.amount_minor, step


@given(requests())
def test_every_amount_of_a_line_is_one_of_its_steps(request: QuoteRequest) -> None:
    priced = quote(request)
    for item in parts_of(priced):
        steps = item.steps
        assert item.discount_minor == amount(steps, "item-discount")
        taxing = ("tax-none", "tax-reverse-charge", "tax-of-line", "tax-share")
        assert item.tax_minor == amount(steps, *taxing)
        assert item.net_minor == amount(steps, "net", "net-as-listed")
        assert item.total_minor == amount(steps, "total", "total-as-listed")
        assert item.net_minor + item.tax_minor == item.total_minor
        assert min(item.net_minor, item.tax_minor, item.discount_minor) >= 0
    for each in priced.lines:
        assert each.unit_price_minor == amount(each.steps, "listed-price", "unit-repriced")
        assert each.subtotal_minor == each.unit_price_minor * each.quantity
        assert each.subtotal_minor == amount(each.steps, "line-subtotal")


@given(requests())
def test_every_sum_is_a_step_and_the_sum_of_its_lines(request: QuoteRequest) -> None:
    priced = quote(request)
    for stated, rule in (
        (priced.subtotal_minor, "quote-subtotal"),
        (priced.discount_minor, "quote-discount"),
        (priced.delivery_minor, "quote-delivery"),
        (priced.tax_minor, "quote-tax"),
        (priced.total_minor, "quote-total"),
    ):
        assert stated == amount(priced.steps, rule)
    assert priced.total_minor == sum(item.total_minor for item in parts_of(priced))
    assert priced.tax_minor == sum(rate.tax_minor for rate in priced.taxes)
    listed = priced.subtotal_minor + priced.delivery_minor - priced.discount_minor
    assert priced.total_minor == listed + (0 if priced.tax_included else priced.tax_minor)


@given(requests())
def test_every_spread_amount_is_shared_by_largest_remainder(request: QuoteRequest) -> None:
    priced = quote(request)
    for spread in priced.steps:
        if spread.rule not in ("discount-spread", "discount-rate"):
            continue
        number = spread.inputs["discount"]
        shares = [
            step.amount_minor
            for item in parts_of(priced)
            for step in item.steps
            if step.rule == "discount-share" and step.inputs["discount"] == number
        ]
        assert shares == largest_remainder(spread.amount_minor, parts(spread.inputs))


@given(requests())
def test_a_quote_has_no_discrepancies_and_is_the_same_every_time(request: QuoteRequest) -> None:
    priced = quote(request)
    assert discrepancies(priced) == ()
    assert priced == quote(request)


def test_a_stored_quote_is_read_back_equal_and_still_sound() -> None:
    lines = [line(1999, n + 1, sku=f"SKU-{n}") for n in range(12)]
    priced = quote(
        basket(
            *lines,
            rules=(tax(200_000),),
            delivery=delivery(490),
            discounts=(off(1234), off(777)),
            rounding="per-total",
        )
    )
    read_back = codec.decode(codec.encode(priced), Quote)
    assert read_back == priced
    assert discrepancies(read_back) == ()


def priced_basket(rounding: str = "per-line") -> Quote:
    return quote(
        basket(
            line(1200, 2, sku="A"),
            line(999, sku="B"),
            rules=(tax(200_000),),
            delivery=delivery(490),
            discounts=(off(100),),
            rounding=rounding,
        )
    )


@pytest.mark.parametrize(
    "field", ["subtotal_minor", "discount_minor", "delivery_minor", "tax_minor", "total_minor"]
)
def test_a_changed_sum_is_found(field: str) -> None:
    priced = priced_basket()
    changes: dict[str, Any] = {field: getattr(priced, field) + 1}
    assert discrepancies(replace(priced, **changes))


LINE_AMOUNTS = "unit_price subtotal discount net tax total"


@pytest.mark.parametrize("field", ["quantity", *(f"{a}_minor" for a in LINE_AMOUNTS.split(" "))])
def test_a_changed_amount_of_a_line_is_found(field: str) -> None:
    priced = priced_basket()
    changes: dict[str, Any] = {field: getattr(priced.lines[0], field) + 1}
    forged = replace(priced, lines=(replace(priced.lines[0], **changes), *priced.lines[1:]))
    assert discrepancies(forged)


def forgeries(steps: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Returns the steps with one number changed, for each number that computes something."""
    for n, step in enumerate(steps):
        for name, value in step.inputs.items():
            if isinstance(value, int) and not name.endswith("version"):
                forged = replace(step, inputs=step.inputs | {name: value + 7})
                yield (*steps[:n], forged, *steps[n + 1 :]), f"{step.rule}: {name}"


@pytest.mark.parametrize("rounding", ["per-line", "per-total"])
def test_any_number_changed_in_any_step_is_found(rounding: str) -> None:
    priced = priced_basket(rounding)
    first = priced.lines[0]
    for steps, what in forgeries(first.steps):
        lines = (replace(first, steps=steps), *priced.lines[1:])
        assert discrepancies(replace(priced, lines=lines)), what
    for steps, what in forgeries(priced.steps):
        assert discrepancies(replace(priced, steps=steps)), what


def test_a_line_left_out_or_a_formula_nobody_knows_is_found() -> None:
    priced = priced_basket()
    assert discrepancies(replace(priced, lines=priced.lines[:1]))
    unknown = replace(priced.steps[0], rule="made-up")
    assert discrepancies(replace(priced, steps=(unknown, *priced.steps[1:])))


def test_lines_are_counted_by_number_and_delivery_comes_last() -> None:
    stored: dict[str, int | str] = {
        "delivery": 1,
        "line_1": 2,
        "line_10": 3,
        "line_2": 4,
        "tax_code": "FR",
    }
    assert list(numbered(stored).items()) == [
        ("line_1", 2),
        ("line_2", 4),
        ("line_10", 3),
        ("delivery", 1),
    ]
