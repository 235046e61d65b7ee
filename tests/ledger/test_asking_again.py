"""The request that is read out of a stored quote: what it names, and what other rules change."""

from dataclasses import replace

import pytest

from modules.kernel.money import Money
from modules.ledger.contracts import QuoteNotRepeatable
from modules.ledger.domain.offered import discounts_of
from modules.ledger.domain.requoting import Change, asked
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    Quote,
    QuoteLine,
    QuoteRequest,
    Step,
    TaxRule,
)
from modules.pricing.selectors import quote
from tests.pricing.baskets import AT, basket, delivery, line, off, tax

STANDARD = tax(200_000)
REDUCED = tax(55_000, tax_class="reduced", version=7)


def sold(*discounts: Discount, included: bool = False) -> Quote:
    """Two prints and a book, sent to France, each taxed at a rate of its own."""
    return quote(
        basket(
            line(1_000, 2, sku="PRINT", included=included),
            line(333, sku="BOOK", included=included, tax_class="reduced"),
            delivery=delivery(500, included=included),
            rules=(STANDARD, REDUCED),
            discounts=discounts,
        )
    )


def listed(sku: str, minor: int, code: str) -> ListedPrice:
    return ListedPrice(
        sku=sku,
        price=Money(minor, "EUR"),
        compare_at=None,
        tax_class=f"rate {code}",
        tax_included=False,
        price_version=0,
    )


def rule(code: str, rate_millionths: int) -> TaxRule:
    return TaxRule(
        code=code,
        version=1,
        country="FR",
        tax_class=f"rate {code}",
        rate_millionths=rate_millionths,
        label=code,
    )


def test_the_request_names_each_rate_as_a_class_of_its_own_and_no_version_of_today() -> None:
    prints, book = listed("PRINT", 1_000, "FR-standard"), listed("BOOK", 333, "FR-reduced")
    assert asked(sold(off(100))) == QuoteRequest(
        currency="EUR",
        country="FR",
        lines=(
            QuoteLine(sku="PRINT", title="Print", quantity=2, listed=prints),
            QuoteLine(sku="BOOK", title="Book", quantity=1, listed=book),
        ),
        delivery=DeliveryCharge(
            method_code="standard",
            title="Standard",
            charge=Money(500, "EUR"),
            tax_class="rate FR-standard",
            tax_included=False,
            rule="",
            rule_version=0,
        ),
        tax_rules=(rule("FR-standard", 200_000), rule("FR-reduced", 55_000)),
        quoted_at=AT,
        rounding="per-line",
        discounts=(off(100),),
    )


def test_a_rate_that_changes_leaves_the_other_rates_as_they_were() -> None:
    rules = asked(sold(), Change(rates={"FR-reduced": 100_000})).tax_rules
    assert rules == (rule("FR-standard", 200_000), rule("FR-reduced", 100_000))


def test_a_quote_without_delivery_is_asked_without() -> None:
    stored = quote(basket(line(1_000), rules=(STANDARD,)))
    assert asked(stored).delivery is None
    assert quote(asked(stored)).delivery is None


def test_goods_that_no_tax_region_covers_are_asked_without_rules() -> None:
    stored = quote(basket(line(1_000), country="CH"))
    assert stored.tax_minor == 0
    assert asked(stored).tax_rules == ()
    assert quote(asked(stored)).total_minor == 1_000


@pytest.mark.parametrize(
    ("subtotal", "off_millionths", "amount"),
    [(2_333, 100_000, 233), (2_335, 100_000, 234), (2_333, 1, 0), (2_333, 1_000_000, 2_333)],
)
def test_a_part_off_all_goods_comes_last_as_one_amount_rounded_half_up(
    subtotal: int, off_millionths: int, amount: int
) -> None:
    stored = quote(
        basket(line(subtotal), delivery=delivery(500), rules=(STANDARD,), discounts=(off(100),))
    )
    assert asked(stored, Change(off_millionths=off_millionths)).discounts == (
        off(100),
        Discount(code="what-if", code_version=1, label="What if", amount_minor=amount),
    )


def test_promotions_are_left_out_exchanged_and_added_each_by_its_code() -> None:
    first, second, third = (replace(off(each), code=f"off-{each}") for each in (10, 20, 30))
    stored = sold(first, second, third)
    new, newer = (replace(off(each), code=f"new-{each}") for each in (40, 50))
    change = Change(
        without=frozenset({"off-10", "new-40"}),
        given={"off-20": (new, newer), "another": (newer,), "last": (new,)},
    )
    assert asked(stored, change).discounts == (new, newer, third, newer, new)


def test_a_promotion_that_was_given_twice_is_exchanged_once() -> None:
    twice = sold(replace(off(10), code="one"), replace(off(20), code="one"))
    new = replace(off(40), code="new")
    assert asked(twice, Change(given={"one": (new,)})).discounts == (new,)


OFFERED = (
    replace(off(10), code="amount", code_version=3, label="Amount"),
    replace(off(rate=5), code="rate", code_version=4, label="Rate", voucher="SPRING"),
    replace(off(rate=20, target="line"), code="book", skus=("BOOK",)),
    replace(off(rate=50, target="line", units=(("PRINT", 1),)), code="second", code_version=5),
    replace(off(rate=30, target="delivery"), code="sent", label="Sent for less"),
    replace(off(40, target="delivery"), code="sent-again", voucher="POST"),
    replace(off(7, target="line"), code="nothing"),
)


@pytest.mark.parametrize("rounding", ["per-line", "per-total"])
def test_every_discount_is_read_back_with_all_that_it_says_of_itself(rounding: str) -> None:
    lines = (line(1_000, 2, sku="PRINT"), line(333, sku="BOOK"), line(50, sku="CARD"))
    asking = basket(*lines, delivery=delivery(500), rules=(STANDARD,), discounts=OFFERED)
    stored = quote(replace(asking, rounding=rounding))  # type: ignore[arg-type]
    assert tuple(discounts_of(stored)) == OFFERED
    assert quote(asked(stored)).total_minor == stored.total_minor


def test_discounts_come_in_the_order_in_which_they_were_taken() -> None:
    stored = sold(*OFFERED[:3])
    mixed = replace(stored, steps=tuple(reversed(stored.steps)))
    assert tuple(discounts_of(mixed)) == OFFERED[:3]


def in_steps(steps: tuple[Step, ...], wanted: str, **fields: object) -> tuple[Step, ...]:
    """The steps with other fields in the first one of the wanted rule."""
    first = next(step for step in steps if step.rule == wanted)
    return tuple(replace(step, **fields) if step is first else step for step in steps)  # type: ignore[arg-type]


def test_a_discount_that_comes_from_nowhere_is_said() -> None:
    stored = sold(off(100))
    without = tuple(step for step in stored.steps if step.rule != "discount-spread")
    with pytest.raises(QuoteNotRepeatable) as refused:
        discounts_of(replace(stored, steps=without))
    assert str(refused.value) == "It has a discount without saying where that comes from."
    assert discounts_of(sold()) == []


def test_a_discount_by_a_formula_of_another_time_is_said() -> None:
    stored = sold(off(100))
    with pytest.raises(QuoteNotRepeatable) as refused:
        discounts_of(replace(stored, steps=in_steps(stored.steps, "discount-spread", rule="magic")))
    assert str(refused.value) == "Welcome: “magic” is no formula of today."


@pytest.mark.parametrize("lost", ["discount", "code", "code_version", "offered_minor"])
def test_a_discount_that_lacks_what_it_was_made_of_is_said(lost: str) -> None:
    stored = sold(off(100))
    step = next(each for each in stored.steps if each.rule == "discount-spread")
    inputs = {name: value for name, value in step.inputs.items() if name != lost}
    with pytest.raises(QuoteNotRepeatable) as refused:
        discounts_of(
            replace(stored, steps=in_steps(stored.steps, "discount-spread", inputs=inputs))
        )
    assert str(refused.value) == f"A discount of it lacks what it was made of: '{lost}'."


def test_a_percentage_that_is_another_on_one_line_is_said() -> None:
    stored = sold(off(rate=10))
    prints, book = stored.lines
    part = next(step for step in book.steps if step.rule == "discount-part")
    inputs = part.inputs | {"rate_millionths": 200_000}
    steps = in_steps(book.steps, "discount-part", inputs=inputs)
    with pytest.raises(QuoteNotRepeatable) as refused:
        discounts_of(replace(stored, lines=(prints, replace(book, steps=steps))))
    assert str(refused.value) == "Welcome: it is of several percentages."
