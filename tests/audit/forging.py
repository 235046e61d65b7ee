"""Events that no aggregate would record, appended by somebody who can; and what is found."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from events.aggregate import Event
from events.context import acting
from events.store import append, log_head, stream_head
from modules.audit.contracts import Violation
from modules.audit.invariants import examine_log
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from modules.payments.domain.payment import Payment
from tests.support.trade import (
    PRINT,
    bring_back,
    buy,
    cancel,
    cancel_some,
    deliver,
    paid,
    payment_of,
    refund,
    ship,
)

MALLORY = "staff:mallory"

type Forged = tuple[type[Event], dict[str, Any]]


def trade() -> None:
    """Much of what can happen to orders, all of it by the rules."""
    placed = paid(prints=2, cards=1)
    deliver(placed, ship(placed, prints=1))
    cancel_some(placed, cards=1)
    deliver(placed, ship(placed, prints=1))
    bring_back(placed, prints=1)
    refund(placed, 100)
    cancel(paid(prints=1))
    cancel(buy(prints=1))
    buy(prints=1)


def forge(stream_id: UUID, kind: str, *made: Callable[[int], Event]) -> int:
    """Appends events that no aggregate would, one by one; returns the log's head before."""
    for make in made:
        head = stream_head(stream_id)
        version, previous = (head.version, head.head) if head else (0, bytes(32))
        with acting(actor=MALLORY):
            append(
                stream_id, kind, [make(version + 1)], expected_version=version, previous=previous
            )
    return log_head()


def violations() -> list[Violation]:
    return list(examine_log())


def found(invariant: str) -> list[Violation]:
    return [each for each in violations() if each.invariant == invariant]


def of_order(placed: Placed, *made: Forged) -> None:
    """Forges events of an order."""
    forge(
        placed.order_id,
        Order.kind,
        *(
            lambda version, cls=cls, said=said: cls(
                originator_id=placed.order_id, originator_version=version, **said
            )
            for cls, said in made
        ),
    )


def of_payment(placed: Placed, *made: Forged) -> None:
    """Forges events of an order's payment."""
    payment = payment_of(placed)
    common = {"reference": placed.order_id, "currency": "EUR"}
    forge(
        payment.id,
        Payment.kind,
        *(
            lambda version, cls=cls, said=said: cls(
                originator_id=payment.id, originator_version=version, **{**common, **said}
            )
            for cls, said in made
        ),
    )


def captured(amount: int, capture_id: UUID | None = None) -> list[Forged]:
    said = {"capture_id": capture_id or new_id(), "amount_minor": amount}
    return [(Payment.CaptureRequested, said), (Payment.Captured, said)]


def authorised(amount: int) -> Forged:
    said = {"attempt_id": new_id(), "provider_reference": "x", "amount_minor": amount}
    return (Payment.Authorised, said)


def shipped(units: int) -> Forged:
    return (
        Order.ParcelShipped,
        {
            "parcel_id": new_id(),
            "lines": (ValuedLine(sku=PRINT, quantity=units, value_minor=1, tax_minor=0),),
            "carrier": "",
            "tracking_number": "",
            "goods_minor": 0,
            "delivery_minor": 0,
        },
    )


def worth(amount: int) -> Forged:
    said = {"lines": (), "value_minor": amount, "tax_minor": 0, "reason": "forged"}
    return (Order.LinesCancelled, said)
