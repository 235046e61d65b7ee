"""A promotion that cannot be meant so is refused with the field that has to be corrected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modules.kernel.money import Money
from modules.promotions.contracts import PromotionRefused, Tier
from modules.promotions.domain.checking import refuse_nonsense
from modules.promotions.domain.codes import as_typed, new_code
from tests.promotions.offering import PERCENT, euro, rule

AT = datetime(2026, 3, 1, tzinfo=UTC)
LABEL = "Give it a name of 1 to 100 letters, as shoppers shall see it."
PRIORITY = "Choose a priority from 0 (tried first) to 1000."
RATE = "Choose a percentage above 0 and up to 100."
BUY = "Say how many are bought and how many of them are reduced, 1 to 1000."
TARGET = "This kind is taken off pieces, not off the delivery."
EITHER = "Each step takes off either a percentage or an amount."
BOUNDS = "A step begins at 0 pieces or more and takes off up to 100 %."
ORDER = "Put the steps in order, the smallest first."
PIECES = "Choose a number of pieces from 0 to 100000."
ENDS = "It would end before it begins: choose a later end."
COUNTRIES = "Write countries as two capital letters, such as FR."
EACH_CURRENCY = "Give one amount for each currency."
ABOVE_ZERO = "An amount is above zero."
TEN = {"off": 10}


def steps(*found: Tier, **others: Any) -> dict[str, Any]:
    return {"kind": "tiered", "tiers": found, **others}


def step(from_units: int = 0, percent: int = 5, **others: Any) -> Tier:
    return Tier(from_units=from_units, rate_millionths=percent * PERCENT, **others)


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        (TEN | {"label": " "}, "label", LABEL),
        (TEN | {"label": "x" * 101}, "label", LABEL),
        (TEN | {"priority": -1}, "priority", PRIORITY),
        (TEN | {"priority": 1001}, "priority", PRIORITY),
        ({"off": 0}, "rate", RATE),
        ({"off": 101}, "rate", RATE),
        ({"kind": "buy-get", "buy": 1, "get": 1, "off": 0}, "rate", RATE),
        ({"kind": "fixed", "amounts": ()}, "amounts", EACH_CURRENCY),
        ({"kind": "fixed", "amounts": (*euro(1), *euro(2))}, "amounts", EACH_CURRENCY),
        ({"kind": "fixed", "amounts": euro(0)}, "amounts", ABOVE_ZERO),
        ({"kind": "fixed", "amounts": euro(10**11)}, "amounts", ABOVE_ZERO),
        ({"kind": "buy-get", "buy": 0, "get": 1, "off": 50}, "buy", BUY),
        ({"kind": "buy-get", "buy": 1, "get": 0, "off": 50}, "buy", BUY),
        ({"kind": "buy-get", "buy": 1001, "get": 1, "off": 50}, "buy", BUY),
        ({"kind": "buy-get", "buy": 1, "get": 1001, "off": 50}, "buy", BUY),
        (
            {"kind": "buy-get", "buy": 1, "get": 1, "off": 50, "target": "delivery"},
            "target",
            TARGET,
        ),
        (steps(step(), target="delivery"), "target", TARGET),
        (steps(), "tiers", "Give at least one step."),
        (steps(Tier(from_units=3)), "tiers", EITHER),
        (steps(step(amounts=euro(5))), "tiers", EITHER),
        (steps(step(percent=-1)), "tiers", BOUNDS),
        (steps(step(percent=101)), "tiers", BOUNDS),
        (steps(step(-1)), "tiers", BOUNDS),
        (steps(Tier(amounts=euro(0))), "tiers", ABOVE_ZERO),
        (steps(step(5), step(3)), "tiers", ORDER),
        (steps(step(from_amounts=euro(5)), step(from_amounts=euro(4))), "tiers", ORDER),
        (TEN | {"minimum": euro(0)}, "minimum", ABOVE_ZERO),
        (TEN | {"minimum_units": -1}, "minimum_units", PIECES),
        (TEN | {"minimum_units": 100_001}, "minimum_units", PIECES),
        (TEN | {"valid_from": AT, "valid_until": AT}, "valid_until", ENDS),
        (TEN | {"countries": ("fr",)}, "countries", COUNTRIES),
        (TEN | {"countries": ("DE", "FRA")}, "countries", COUNTRIES),
    ],
)
def test_what_cannot_be_meant_so_is_refused(fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(PromotionRefused) as caught:
        refuse_nonsense(rule(**fields))
    assert (caught.value.fields, str(caught.value)) == ({"field": field}, said)


@pytest.mark.parametrize(
    "fields",
    [
        TEN | {"label": "x" * 100, "priority": 0},
        {"off": 100, "priority": 1000},
        {"rate_millionths": 1, "target": "delivery"},
        {"kind": "fixed", "amounts": (*euro(10**11 - 1), Money(1, "USD"))},
        {"kind": "fixed", "amounts": euro(1), "target": "delivery"},
        {"kind": "buy-get", "buy": 1, "get": 1, "off": 100},
        {"kind": "buy-get", "buy": 1000, "get": 1000, "off": 1},
        {"kind": "free-delivery", "target": "delivery"},
        steps(step(0, 100), step(0, 1)),
        steps(Tier(amounts=euro(1)), step(3)),
        steps(step(from_amounts=euro(5)), step(from_amounts=euro(5))),
        # Each currency has an order of its own.
        steps(
            step(from_amounts=(*euro(500), Money(10, "JPY"))),
            step(from_amounts=(Money(20, "JPY"), *euro(600))),
        ),
        TEN | {"minimum": euro(1), "minimum_units": 100_000, "countries": ("FR", "DE")},
        TEN | {"valid_from": AT, "valid_until": AT + timedelta(seconds=1)},
        TEN | {"valid_from": AT},
        TEN | {"valid_until": AT},
    ],
)
def test_what_is_just_within_the_bounds_is_taken(fields: dict[str, Any]) -> None:
    refuse_nonsense(rule(**fields))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" sum-mer 26 ", "SUMMER26"),
        ("été", ""),
        ("A_B", ""),
        ("", ""),
        ("x" * 40, "X" * 40),
        ("x" * 41, ""),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str, code: str) -> None:
    assert as_typed(typed) == code


def test_a_new_code_is_long_enough_not_to_be_guessed_and_reads_back() -> None:
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert {len(code) for code in codes} == {13}
    assert {as_typed(code) for code in codes} == codes
