"""A customer made of strings that occur nowhere else, and where such strings could be found."""

from dataclasses import replace
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection

from modules.checkout.commands import place_order
from modules.checkout.contracts import Placed
from modules.kernel.address import Address
from modules.kernel.identity import new_id
from modules.orders.commands import cancel_lines, request_return, settle
from modules.orders.contracts import CancelLines, RequestReturn
from modules.payments.commands import resolve_unknown
from tests.support.trade import at_bank, begin, checkout, fill_basket, refund, ship, some

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
MARKS = (
    "quaxilda", "planted-mark", "zornwhistle", "plinkermoor", "brontobyte", "ouzelbury",
    "vexfordshire", "00 77 88 99 11", "gadgetry", "umberquill", "fennimork", "dratz",
    "grizelbert", "ploom",
)  # fmt: skip


def trade(customer_id: UUID | None = None, email: str = EMAIL) -> Placed:
    """Orders, fails to pay once, pays, gets a parcel, cancels the rest and wants to return."""
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
    ship(placed, prints=2)
    cancel_lines(CancelLines(order_id=placed.order_id, lines=some(cards=1), reason=REGRET))
    request_return(
        RequestReturn(
            order_id=placed.order_id, return_id=new_id(), lines=some(prints=1), reason=WORDS
        )
    )
    settle(placed.order_id)
    refund(placed, 100)
    return placed


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
