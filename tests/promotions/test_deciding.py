"""Which promotions apply to a basket, which not and why, and what each takes off."""

from datetime import timedelta
from typing import Any

import pytest

from modules.kernel.money import Money
from modules.pricing.contracts import Discount
from modules.promotions.contracts import Shopper, Tier
from tests.promotions.offering import (
    AT,
    PERCENT,
    decided,
    euro,
    offered,
    piece,
    reasons,
    rule,
)

MUG = piece(1_500, 2, "MUG", "objects/mugs")
PRINT = piece(4_000, 1, "PRINT", "prints")


def given(what: Any, *pieces: Any) -> tuple[Discount, ...]:
    return decided(*(pieces or (MUG, PRINT)), offers=[offered(what)]).discounts


def test_a_percentage_is_taken_off_the_lines_that_count() -> None:
    (found,) = given(rule(off=10, categories=("objects",)))
    assert (found.target, found.skus, found.rate_millionths) == ("line", ("MUG",), 10 * PERCENT)
    assert (found.code, found.code_version, found.label) == ("spring", 1, "Spring")


def test_a_fixed_amount_is_taken_off_each_unit_of_a_line_or_once_off_the_order() -> None:
    each = given(rule("fixed", amounts=euro(200), skus=("MUG", "PRINT")))
    assert [(d.skus, d.amount_minor) for d in each] == [(("MUG",), 400), (("PRINT",), 200)]
    (once,) = given(rule("fixed", amounts=euro(200), target="order"))
    assert (once.target, once.amount_minor) == ("order", 200)


def test_free_delivery_is_all_of_the_delivery() -> None:
    (found,) = given(rule("free-delivery"))
    assert (found.target, found.rate_millionths) == ("delivery", 100 * PERCENT)


def test_of_so_many_units_the_cheapest_are_reduced() -> None:
    (found,) = given(rule("buy-get", buy=2, get=1, off=50))
    assert (found.units, found.rate_millionths) == ((("MUG", 1),), 50 * PERCENT)
    (found,) = given(rule("buy-get", buy=1, get=2, off=100), piece(500, 2, "B"), piece(400, 4, "A"))
    assert found.units == (("A", 4),)


@pytest.mark.parametrize(("units", "rate"), [(1, None), (3, 5), (9, 5), (10, 15), (50, 15)])
def test_the_last_step_that_is_reached_counts(units: int, rate: int | None) -> None:
    tiers = tuple(
        Tier(from_units=start, rate_millionths=off * PERCENT) for start, off in ((3, 5), (10, 15))
    )
    found = given(rule("tiered", tiers=tiers), piece(100, units))
    assert [each.rate_millionths for each in found] == ([] if rate is None else [rate * PERCENT])


def test_a_step_may_begin_at_an_amount_and_take_off_one() -> None:
    tiers = (
        Tier(from_amounts=euro(5_000), amounts=euro(500)),
        Tier(from_amounts=euro(10_000), amounts=euro(1_500)),
    )
    (found,) = given(rule("tiered", target="order", tiers=tiers))
    assert found.amount_minor == 500


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ({"minimum": euro(7_001)}, "it begins at €70.01"),
        ({"minimum": (Money(1, "USD"),)}, "it is not offered in EUR"),
        ({"minimum_units": 4}, "it begins at 4 pieces"),
        ({"categories": ("obj",)}, "no piece in the basket is part of it"),
        ({"countries": ("DE", "AT")}, "it is not for deliveries to this country"),
        ({"groups": ("trade",)}, "it is for certain customers: sign in, if you are one"),
        ({"first_order": True}, "it is for the first order of a signed-in customer"),
        ({"valid_from": AT + timedelta(days=2)}, "it begins on 3 March 2026"),
        ({"valid_until": AT}, "it ended on 1 March 2026 at 12:00 UTC"),
    ],
)
def test_a_condition_that_does_not_hold_is_named(when: dict[str, Any], reason: str) -> None:
    decision = decided(MUG, PRINT, offers=[offered(rule(off=10, **when))])
    assert (decision.discounts, reasons(decision)) == ((), [reason])


@pytest.mark.parametrize(
    "when",
    [
        {"minimum": euro(7_000)},
        {"minimum_units": 3},
        {"categories": ("objects",)},
        {"countries": ("FR",)},
        {"groups": ("trade", "press")},
        {"first_order": True},
        {"valid_from": AT, "valid_until": AT + timedelta(seconds=1)},
    ],
)
def test_a_condition_that_just_holds_lets_it_apply(when: dict[str, Any]) -> None:
    shopper = Shopper(groups=("press",), first_order=True)
    assert reasons(
        decided(MUG, PRINT, offers=[offered(rule(off=10, **when))], shopper=shopper)
    ) == [""]


def test_promotions_are_taken_in_order_of_priority_then_of_name() -> None:
    offers = [
        offered(rule(off=1, priority=20), "last"),
        offered(rule(off=2, priority=10), "b"),
        offered(rule(off=3, priority=10), "a"),
    ]
    assert [each.code for each in decided(MUG, offers=offers).discounts] == ["a", "b", "last"]


def test_an_exclusive_promotion_stands_alone() -> None:
    alone = offered(rule(label="Alone", off=30, exclusive=True, priority=10), "alone")
    other = offered(rule(label="Other", off=10, priority=20), "other")
    decision = decided(MUG, offers=[other, alone])
    assert [each.code for each in decision.discounts] == ["alone"]
    assert reasons(decision) == ["", "it does not go together with “Alone”"]


def test_an_exclusive_promotion_that_comes_later_is_not_taken_beside_others() -> None:
    alone = offered(rule(label="Alone", off=30, exclusive=True, priority=30), "alone")
    other = offered(rule(label="Other", off=10, priority=20), "other")
    assert reasons(decided(MUG, offers=[alone, other])) == [
        "",
        "it stands alone, and “Other” comes first",
    ]


def test_an_exclusive_promotion_that_does_not_apply_stands_in_nobody_s_way() -> None:
    alone = offered(rule(off=30, exclusive=True, priority=10, minimum_units=99), "alone")
    decision = decided(MUG, offers=[alone, offered(rule(off=10), "other")])
    assert [each.code for each in decision.discounts] == ["other"]


def test_two_vouchers_of_one_promotion_count_once() -> None:
    offers = [offered(rule(off=10, needs_voucher=True), voucher=code) for code in ("AAAA", "BBBB")]
    decision = decided(MUG, offers=offers)
    assert (len(decision.discounts), reasons(decision)) == (1, ["", "it counts once"])


@pytest.mark.parametrize(
    ("units", "free"), [(2, ()), (3, (("A", 1),)), (5, (("A", 1),)), (6, (("A", 2),))]
)
def test_buying_and_getting_begins_when_both_are_in_the_basket(units: int, free: Any) -> None:
    decision = decided(piece(500, units), offers=[offered(rule("buy-get", buy=2, get=1, off=100))])
    assert [each.units for each in decision.discounts] == ([free] if free else [])
    assert reasons(decision) == ["" if free else "it begins at 3 pieces"]


def test_a_rule_of_another_kind_begins_at_the_first_piece() -> None:
    assert reasons(decided(piece(500), offers=[offered(rule(off=10, buy=2, get=1))])) == [""]


@pytest.mark.parametrize(("goods", "off"), [(4_999, None), (5_000, 500)])
def test_a_step_is_reached_at_its_amount(goods: int, off: int | None) -> None:
    tiers = (Tier(from_amounts=euro(5_000), amounts=euro(500)),)
    decision = decided(piece(goods), offers=[offered(rule("tiered", target="order", tiers=tiers))])
    assert [each.amount_minor for each in decision.discounts] == ([off] if off else [])
    assert reasons(decision) == ["" if off else "its first step is not reached"]


def test_a_step_without_an_amount_begins_at_nothing() -> None:
    tiers = (Tier(rate_millionths=5 * PERCENT),)
    assert [each.rate_millionths for each in given(rule("tiered", tiers=tiers), piece(0))] == [
        5 * PERCENT
    ]


def test_a_percentage_takes_no_amount_and_an_amount_no_percentage() -> None:
    (found,) = given(rule(off=10, target="order", amounts=euro(300)))
    assert (found.rate_millionths, found.amount_minor) == (10 * PERCENT, 0)
    tiers = (Tier(rate_millionths=5 * PERCENT, amounts=()),)
    (found,) = given(rule("tiered", target="order", tiers=tiers))
    assert (found.rate_millionths, found.amount_minor) == (5 * PERCENT, 0)
    (found,) = given(rule("fixed", amounts=euro(300), target="delivery"))
    assert (found.target, found.rate_millionths, found.amount_minor) == ("delivery", 0, 300)


def test_a_discount_names_the_voucher_that_it_came_by() -> None:
    offers = [offered(rule(off=10, needs_voucher=True), voucher="AAAA")]
    (found,) = decided(MUG, offers=offers).discounts
    assert (found.voucher, found.target, found.units) == ("AAAA", "line", ())
    assert given(rule("free-delivery"))[0].voucher == ""


def test_what_takes_nothing_says_so() -> None:
    offers = [offered(rule("buy-get", buy=1, get=1, off=100))]
    decision = decided(piece(500, 2), offers=offers)
    assert (len(decision.discounts), reasons(decision)) == (1, [""])
