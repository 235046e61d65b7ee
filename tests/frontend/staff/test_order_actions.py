"""Each action on an order acts once, refuses what it cannot do, and stays quiet when repeated."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders import commands
from modules.orders.contracts import RequestReturn
from tests.frontend.staff.people import Desk, text
from tests.support.trade import CARD, PRINT, order_of, paid, payment_of, some, stock

ALL = {f"quantity_{PRINT}": 3, f"quantity_{CARD}": 1}
ONE = {f"quantity_{PRINT}": 1, "carrier": "DHL", "tracking_number": "JD01"}


def test_a_part_is_shipped_and_captured(desk: Desk, order: Placed) -> None:
    page = desk.act("ship", **ONE)
    (parcel,) = order_of(order).parcels
    assert (parcel.carrier, parcel.tracking_number, parcel.lines) == ("DHL", "JD01", some(prints=1))
    assert payment_of(order).captured_minor == 3_333 + 490
    assert "DHL JD01" in text(page)


def test_a_parcel_is_delivered(desk: Desk, order: Placed) -> None:
    desk.act("ship", **ALL)
    desk.act("deliver", parcel=order_of(order).parcels[0].id)
    assert order_of(order).fulfilment_status == "delivered"


def test_lines_are_cancelled_and_their_units_free_again(desk: Desk, order: Placed) -> None:
    page = desk.act("cancel-lines", **{f"quantity_{PRINT}": 2}, reason="Not available")
    assert order_of(order).lines[0].cancelled == 2
    assert stock(PRINT).free == 9
    assert "Not available" in text(page)


def test_an_order_is_cancelled_with_reason_and_note(desk: Desk, order: Placed) -> None:
    desk.act("cancel", reason="Customer asked", note="by telephone")
    assert order_of(order).status == "cancelled"
    assert order_of(order).cancel_reason == "Customer asked by telephone"
    assert stock(PRINT).free == 10


def test_a_part_is_captured(desk: Desk, order: Placed) -> None:
    desk.act("capture", amount="10.00")
    assert payment_of(order).captured_minor == 1_000


def test_a_part_is_refunded_with_its_reason(desk: Desk, order: Placed) -> None:
    desk.act("ship", **ALL)
    page = desk.act("refund", amount="5.50", reason="Goodwill", note="scratched")
    assert payment_of(order).refunded_minor == 550
    assert "€5.50 · Goodwill scratched" in text(page)


@pytest.mark.parametrize(("restock", "free"), [({"restock": "yes"}, 7), ({}, 6)])
def test_a_return_is_received_and_its_units_sold_again_or_not(
    desk: Desk, order: Placed, restock: dict[str, str], free: int
) -> None:
    desk.act("ship", **{f"quantity_{PRINT}": 3})
    return_id = new_id()
    commands.request_return(
        RequestReturn(
            order_id=order.order_id, return_id=return_id, lines=some(prints=1), reason="Small"
        )
    )
    assert "Return asked for" in text(desk.open())
    desk.act("receive-return", **{"return": return_id}, **restock)
    assert order_of(order).lines[0].returned == 1
    assert stock(PRINT).free == free + 1


def test_an_invoice_is_marked_as_paid(staff: Client) -> None:
    placed = paid(method="invoice")
    desk = Desk(staff, placed.order_id)
    desk.act("mark-paid", payment=payment_of(placed).id)
    assert payment_of(placed).capturable_minor == 0


REFUSALS: list[tuple[str, dict[str, object], str]] = [
    ("ship", {f"quantity_{PRINT}": 4}, "3"),
    ("ship", {f"quantity_{PRINT}": 0}, "all are at zero"),
    ("ship", {f"quantity_{PRINT}": "two"}, "“two” is not a number of units"),
    ("deliver", {"parcel": new_id()}, "parcel"),
    ("deliver", {"parcel": ""}, "This form is out of date"),
    ("cancel-lines", {f"quantity_{PRINT}": 9, "reason": "Mistake"}, "3"),
    ("cancel-lines", {f"quantity_{PRINT}": 1}, "Choose or type a reason"),
    ("cancel", {"reason": " "}, "Choose or type a reason"),
    ("capture", {"amount": "1000.00"}, "EUR"),
    ("capture", {"amount": "12,90"}, "'12,90' is not an amount; write it like 12.90"),
    ("capture", {"amount": "1.234"}, "EUR has 2 decimals"),
    ("capture", {"amount": ""}, "write it like 12.90"),
    ("capture", {"amount": "-5"}, "Nothing was done"),
    ("refund", {"amount": "1.00", "reason": "Goodwill"}, "EUR"),
    ("receive-return", {"return": new_id()}, "return"),
    ("mark-paid", {"payment": new_id()}, "belongs to another order"),
]


@pytest.mark.parametrize(("action", "data", "words"), REFUSALS)
def test_what_cannot_be_done_is_said_and_nothing_is_done(
    desk: Desk, order: Placed, action: str, data: dict[str, object], words: str
) -> None:
    before = order_of(order), payment_of(order)
    response = desk.send(action, **data)
    assert response.status_code == 409
    assert "Nothing was done" in text(response)
    assert words in text(response)
    assert (order_of(order), payment_of(order)) == before


REPEATS: list[tuple[str, Callable[[Placed], dict[str, object]]]] = [
    ("ship", lambda order: dict(ONE)),
    ("cancel-lines", lambda order: {f"quantity_{PRINT}": 1, "reason": "Mistake"}),
    ("cancel", lambda order: {"reason": "Mistake"}),
    ("capture", lambda order: {"amount": "10.00"}),
]


@pytest.mark.parametrize(("action", "data"), REPEATS, ids=[action for action, _ in REPEATS])
def test_a_form_sent_twice_is_done_once(
    desk: Desk, order: Placed, action: str, data: Callable[[Placed], dict[str, object]]
) -> None:
    command_id: UUID = new_id()
    first = desk.send(action, command_id=command_id, **data(order))
    after = order_of(order), payment_of(order)
    again = desk.send(action, command_id=command_id, **data(order))
    assert (first.status_code, again.status_code) == (303, 303)
    assert (order_of(order), payment_of(order)) == after


def test_a_delivery_and_a_refund_sent_twice_are_done_once(desk: Desk, order: Placed) -> None:
    desk.act("ship", **ALL)
    for action, data in (
        ("refund", {"amount": "2.00", "reason": "Goodwill"}),
        ("deliver", {"parcel": order_of(order).parcels[0].id}),
    ):
        desk.open()
        command_id = new_id()
        answers = [desk.send(action, command_id=command_id, **data) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
    assert payment_of(order).refunded_minor == 200
    assert len(payment_of(order).refunds) == 1
