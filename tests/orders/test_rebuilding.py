"""The tables that lists are made of are disposable: dropped and folded anew, they are the same."""

from typing import Any

import pytest
from django.db.models import Model

from events.projections import followed, registered
from events.store import read_log, read_stream
from modules.orders.domain.order import Order
from modules.orders.models import OrderMoney, OrderRow
from modules.payments.commands import resolve_unknown
from modules.payments.models import PaymentRow
from tests.support.trade import at_bank, begin, buy, cancel, cancel_some, paid, refund, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

TABLES: tuple[type[Model], ...] = (OrderRow, OrderMoney, PaymentRow)
# Payments first: the sums beside the orders are made of them.
PROJECTIONS = ("payments.payments", "orders.orders", "orders.money")


def rows() -> list[list[dict[str, Any]]]:
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]


def trade() -> None:
    ship(first := paid(), prints=1)
    cancel_some(first, cards=1)
    refund(first, 100)
    at_bank(step := begin(second := buy(prints=1)), "decline")
    resolve_unknown(step.payment_id)
    begin(second, method="invoice")
    cancel(paid(prints=1))
    buy(prints=1)


def test_read_models_are_folded_anew_to_the_same_rows() -> None:
    trade()
    before = rows()
    streams = [row.pk for table in (OrderRow, PaymentRow) for row in table._default_manager.all()]
    history = sorted(
        (event for stream in streams for event in read_stream(stream)),
        key=lambda event: event.recorded_at,
    )
    for name in reversed(PROJECTIONS):
        registered()[name].clear()
    assert rows() == [[], [], []]
    for name in PROJECTIONS:
        projection = registered()[name]
        projection.project([row for row in history if type(row.event) in projection.events])
    assert rows() == before


def test_the_part_of_an_event_that_is_read_makes_the_same_rows_as_the_whole() -> None:
    trade()
    before = rows()
    log = read_log(0, 1_000)
    for name in reversed(PROJECTIONS):
        registered()[name].clear()
    for name in PROJECTIONS:
        registered()[name].fill(followed(registered()[name], log))
    assert rows() == before


def test_what_a_read_model_does_not_read_of_an_order_is_neither_decoded_nor_opened() -> None:
    trade()
    placed = next(row for row in read_log(0, 1_000) if isinstance(row.event, Order.Placed))
    (part,) = followed(registered()["orders.orders"], [placed])
    event: Any = part.event
    assert event.contact.email == placed.event.contact.email  # type: ignore[attr-defined]
    assert not hasattr(event.contact, "billing_address")
    assert not hasattr(event.quote, "steps")
    assert (part.position, part.hash) == (placed.position, placed.hash)
