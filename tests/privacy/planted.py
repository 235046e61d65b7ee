"""A customer made of strings that occur nowhere else, and where such strings could be found."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection, transaction

from events.bulk import Bulk, Occasion
from events.privacy.secrets import party_subject
from modules.adjustments.commands import record_past_adjustment
from modules.adjustments.contracts import Entry, RecordAdjustment
from modules.checkout.commands import place_order
from modules.checkout.contracts import Placed
from modules.kernel.address import Address
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.commands import (
    cancel_lines,
    deliver_parcel,
    receive_return,
    refund_order,
    request_return,
    settle,
    ship_parcel,
)
from modules.orders.contracts import (
    CancelLines,
    DeliverParcel,
    ReceiveReturn,
    RefundOrder,
    RequestReturn,
    ShipParcel,
)
from modules.payments.commands import resolve_unknown
from tests.support.trade import at_bank, begin, checkout, fill_basket, some

EMAIL = "quaxilda.zorn@planted-mark.example"
DELIVERED = Address(
    name="Quaxilda Zornwhistle",
    line1="7 Plinkermoor Alley",
    line2="Flat Brontobyte",
    city="Ouzelbury",
    postcode="98231",
    region="Vexfordshire",
    country="FR",
    phone="+33 6 00 77 88 99 11",
)
BILLED = replace(DELIVERED, name="Zornwhistle Gadgetry", line1="9 Umberquill Row")
WORDS = "my neighbour Fennimork Dratz sat on it"
REGRET = "Grizelbert Ploom paid for it already"
TRACKING = "WEXELQUINT-991"
KINDNESS = "Dorabella Snitterfield rang and was kind"
PARTY = "Horatio Blenkinsop-Quay"
TYPED = "debt of Mrs Blenkinsop-Quay, written off"
MARKS = (
    "quaxilda", "planted-mark", "zornwhistle", "plinkermoor", "brontobyte", "ouzelbury",
    "vexfordshire", "00 77 88 99 11", "gadgetry", "umberquill", "fennimork", "dratz",
    "grizelbert", "ploom", "wexelquint", "dorabella", "snitterfield", "blenkinsop",
)  # fmt: skip


def trade(customer_id: UUID | None = None, email: str = EMAIL) -> Placed:
    """Orders, fails to pay once, pays; then all that `fulfil` does, until the order is finished."""
    message = replace(
        checkout(fill_basket()),
        email=email,
        delivery_address=DELIVERED,
        billing_address=BILLED,
        customer_id=customer_id,
    )
    placed = place_order(message)
    refused = begin(placed)
    at_bank(refused, "decline")
    resolve_unknown(refused.payment_id)
    step = begin(placed, attempt_id=new_id())
    at_bank(step)
    resolve_unknown(step.payment_id)
    fulfil(placed.order_id)
    return placed


def fulfil(order_id: UUID) -> None:
    """Sends some, cancels the rest, takes one back and gives a little money back for it."""
    parcel_id, return_id = new_id(), new_id()
    ship_parcel(
        ShipParcel(
            order_id=order_id,
            parcel_id=parcel_id,
            lines=some(prints=2),
            carrier="Colissimo",
            tracking_number=TRACKING,
        )
    )
    settle(order_id)
    deliver_parcel(DeliverParcel(order_id=order_id, parcel_id=parcel_id))
    cancel_lines(CancelLines(order_id=order_id, lines=some(prints=1, cards=1), reason=REGRET))
    request_return(
        RequestReturn(order_id=order_id, return_id=return_id, lines=some(prints=1), reason=WORDS)
    )
    receive_return(ReceiveReturn(order_id=order_id, return_id=return_id))
    settle(order_id)
    refund_order(
        RefundOrder(order_id=order_id, refund_id=new_id(), amount_minor=100, reason=KINDNESS)
    )
    settle(order_id)


def write_off() -> UUID:
    """Records an adjustment of somebody whom imported books know by name; returns its id."""
    bulk, id = Bulk(), new_id()
    entry = Entry(
        code="B", description=TYPED, quantity=1, unit_price=Decimal("-3.5"), reason="debt"
    )
    message = RecordAdjustment(
        adjustment_id=id,
        number="A563185",
        party=PARTY,
        currency="GBP",
        entries=(entry,),
        subject=party_subject(PARTY),
    )
    record_past_adjustment(bulk, message, Occasion(key=new_id(), reason=id, effective_at=now()))
    with transaction.atomic():
        bulk.store()
    return id


def found_in_database(marks: tuple[str, ...] = MARKS) -> list[str]:
    """Returns every place of every table, of whatever schema, whose text holds a mark."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in cursor.fetchall():
            # A whole row as text holds every column as a dump would write it.
            cursor.execute(f'SELECT lower(t::text) FROM "{schema}"."{table}" t')
            for (text,) in cursor.fetchall():
                found += [f"{schema}.{table}: {mark}" for mark in marks if mark in text]
    return found


def found_in_redis(marks: tuple[str, ...] = MARKS) -> list[str]:
    store = redis.Redis.from_url(str(settings.CACHES["default"].get("LOCATION", "")))
    texts = [key + (store.dump(key) or b"") for key in store.scan_iter()]
    return [mark for mark in marks for text in texts if mark.encode() in text.lower()]
