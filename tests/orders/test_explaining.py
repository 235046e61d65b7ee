"""Every amount of an order, whatever happened to it, follows from its explanation alone."""

import json
import random
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command

import explain
from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import EnterCode, Placed
from modules.inventory.commands import receive_stocks
from modules.inventory.contracts import ReceiveStock
from modules.orders.selectors import explanation
from modules.promotions.commands import delete_promotion
from tests.promotions.offering import promote, voucher
from tests.support.trade import (
    PRICES,
    begin,
    bring_back,
    cancel,
    cancel_some,
    checkout,
    deliver,
    fill_basket,
    order_of,
    refund,
    ship,
)
from tests.support.trade import paid as paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(shop: None) -> None:
    promote("cards", label="Cards", off=15, skus=("CARD-1",), priority=10)


def told(placed: Placed) -> dict[str, Any]:
    """The explanation as it is downloaded."""
    found: dict[str, Any] = json.loads(
        msgspec.json.encode({"format": explain.FORMAT} | plain(placed))
    )
    return found


def plain(placed: Placed) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(explanation(placed.order_id))
    return found


def sound(placed: Placed) -> dict[str, Any]:
    found = told(placed)
    assert list(explain.problems(found)) == []
    amounts: dict[str, Any] = found["amounts"]
    return amounts


def test_stacked_promotions_and_a_voucher_are_explained_to_the_minor_unit() -> None:
    code, cart = voucher(), fill_basket()
    enter_code(EnterCode(cart_id=cart.id, code=code))
    amounts = sound(placed := place_order(checkout(cart)))
    assert amounts["total"] == placed.total_minor
    assert amounts["discount"] == 75 + 1_043
    rules = {step["inputs"].get("code") for step in told(placed)["steps"]}
    assert {"cards", "spring"} <= rules


def test_deleting_the_promotion_changes_nothing_of_the_explanation() -> None:
    placed = paid_order()
    before = told(placed)
    delete_promotion("cards")
    assert told(placed) == before


def test_cancelled_pieces_take_their_own_discount_along_and_are_explained() -> None:
    placed = paid_order()
    cancel_some(placed, prints=1, cards=1)
    amounts = sound(placed)
    assert amounts["change_1"] == 3_333 + 425
    assert amounts["due"] == order_of(placed).due_minor


def test_a_cancelled_order_is_worth_nothing_and_says_why() -> None:
    placed = paid_order()
    cancel_some(placed, prints=2)
    cancel(placed)
    amounts = sound(placed)
    assert amounts["due"] == 0
    assert amounts["change_1"] + amounts["change_2"] == placed.total_minor


def test_returns_and_refunds_are_explained() -> None:
    placed = paid_order()
    deliver(placed, ship(placed))
    bring_back(placed, prints=2)
    refund(placed, 6_666)
    refund(placed, 100)
    amounts = sound(placed)
    assert (amounts["return_1"], amounts["refunded"]) == (6_666, 6_766)


def test_whatever_happens_to_an_order_no_amount_is_left_unexplained() -> None:
    chance = random.Random(7)
    receive_stocks([ReceiveStock(sku=sku, quantity=100) for sku in PRICES])
    for _ in range(8):
        placed = paid_order(prints=chance.randint(2, 4), cards=chance.randint(1, 3))
        for _ in range(chance.randint(0, 2)):
            line = chance.choice([each for each in order_of(placed).lines if each.open])
            cancel_some(placed, **{"prints" if line.sku == "MOON-A3" else "cards": 1})
            if order_of(placed).status == "cancelled":
                break
        sound(placed)


def test_an_amount_that_was_tampered_with_is_named() -> None:
    found = told(paid_order())
    found["amounts"]["due"] -= 1
    assert next(explain.problems(found)).startswith("due: ")


def test_the_command_expands_an_amount_down_to_listed_prices(
    capsys: pytest.CaptureFixture[str],
) -> None:
    placed = paid_order()
    call_command("explain", placed.number)
    said = capsys.readouterr().out
    assert said.startswith("total €109.14 = €99.99 + €4.25 + €4.90")
    assert "line_2.discount_1 €0.75 = 15 % of €5.00, rounded half up" in said
    assert "line_1.listed €33.33 = as listed, version 1 of its price" in said


def test_the_command_writes_the_file_that_is_computed_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("explain", paid_order().number, "--json")
    assert list(explain.problems(json.loads(capsys.readouterr().out))) == []


@pytest.mark.parametrize("arguments", [("0000-0000",), ("", "--amount", "luck")])
def test_the_command_says_what_it_does_not_know(arguments: tuple[str, ...]) -> None:
    number, *rest = arguments
    with pytest.raises(CommandError, match="There is no"):
        call_command("explain", number or paid_order().number, *rest)


def test_an_order_not_paid_for_yet_is_explained_too() -> None:
    placed = place_order(checkout(fill_basket()))
    begin(placed)
    assert sound(placed)["due"] == placed.total_minor
