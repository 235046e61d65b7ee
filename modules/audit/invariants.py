"""What must have been true after every single event, checked from the stored facts alone.

Every position of the log is looked at, not only the last state, so that a wrong that was put right
later is found too. No aggregate, no read model and none of the shop's rules is used: payloads are
read as plain JSON and judged anew.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from events import codec
from events.chain import GENESIS
from events.database import fetch
from events.sequencer import sequence
from events.store import RecordedEvent, log_head, read_sequenced
from modules.audit.contracts import Violation

BATCH = 2000

type Fields = dict[str, Any]
type Complaint = tuple[str, str]
type Progress = Callable[[int], None]

INVARIANTS = {
    "sequence": "A stream's events are numbered 1, 2, 3 ... in the order of the log.",
    "chain": "Every hash is made of the hash before it and all that its event says.",
    "beginning": "A history begins with placing the order, or asking for the payment, once.",
    "total": "An order costs what its lines and delivery cost, and each is its net plus its tax.",
    "derivation": "The steps of an order's derivation lead to its total.",
    "units": "No more units are shipped, cancelled or returned than there are.",
    "worth": "What is cancelled and returned is worth no more than the order.",
    "release": "Goods leave a confirmed order that was not cancelled.",
    "money": "0 <= refunded + charged back <= captured <= authorised, after every event.",
    "asked": "What was captured or refunded was asked for, in this amount, and happened once.",
    "belonging": "A payment is for an order that was placed, in its currency.",
    "covered": "An order's payments never take more than the order costs.",
}


@dataclass(slots=True)
class Stream:
    """What is known of one stream so far."""

    version: int = 0
    head: bytes = GENESIS
    kind: str = ""


@dataclass(slots=True)
class Order:
    currency: str
    total: int
    ordered: Counter[str] = field(default_factory=Counter)
    shipped: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    off: int = 0
    captured: int = 0
    confirmed: bool = False
    ended: bool = False


@dataclass(slots=True)
class Payment:
    reference: str
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    charged_back: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)


class Examiner:
    """Looks at every event in the order of the log; see `INVARIANTS`."""

    def __init__(self) -> None:
        self.streams: dict[UUID, Stream] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[UUID, Payment] = {}
        self.position = 0

    def examine(self, row: RecordedEvent) -> Iterator[Violation]:
        """Yields what is wrong after this event."""
        for invariant, message in self.complaints(row):
            yield Violation(
                invariant=invariant,
                position=row.position or 0,
                stream_id=row.stream_id,
                version=row.version,
                topic=row.topic,
                actor=row.actor,
                recorded_at=row.recorded_at,
                message=message,
            )

    def complaints(self, row: RecordedEvent) -> Iterator[Complaint]:
        stream = self.streams.setdefault(row.stream_id, Stream())
        if row.version != stream.version + 1:
            yield "sequence", f"version {row.version} follows version {stream.version}"
        elif row.hash != row.expected_hash(stream.head):
            yield "chain", "the hash is not that of the event and the hash before it"
        if row.position is not None and row.position != self.position + 1:
            yield "sequence", f"position {row.position} follows position {self.position}"
        self.position = row.position or self.position
        kind, _, name = row.topic.rpartition(".v")[0].rpartition(".")
        try:
            fields = codec.decode_fields(row.topic, row.payload)
            if kind == "orders.order":
                yield from self.order(stream, row.stream_id, name, fields)
            elif kind == "payments.payment":
                yield from self.payment(stream, row.stream_id, name, fields)
        except (KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
            yield "beginning", f"the event cannot be judged: {type(error).__name__}: {error}"
        stream.version, stream.head = row.version, row.hash

    def order(self, stream: Stream, own: UUID, name: str, said: Fields) -> Iterator[Complaint]:
        if (name == "placed") != (stream.version == 0):
            yield "beginning", f"{name} is event {stream.version + 1} of the order"
        if name == "placed":
            yield from quoted(said["quote"])
            self.orders[str(own)] = placed(said["quote"])
            return
        order = self.orders[str(own)]
        counts = {"parcel_shipped": order.shipped, "return_received": order.returned}
        counts |= dict.fromkeys(("lines_cancelled", "cancelled"), order.cancelled)
        if name in counts:
            counts[name].update({each["sku"]: each["quantity"] for each in said["lines"]})
            yield from counted(order)
        if name == "parcel_shipped" and (order.ended or not order.confirmed):
            yield "release", "a parcel left an order that was not confirmed, or was cancelled"
        if name in ("lines_cancelled", "cancelled", "return_received"):
            order.off += said["value_minor"]
            if order.off > order.total:
                yield "worth", f"{order.off} is taken off an order of {order.total}"
        order.confirmed = order.confirmed or name == "confirmed"
        order.ended = order.ended or name == "cancelled"

    def payment(self, stream: Stream, own: UUID, name: str, said: Fields) -> Iterator[Complaint]:
        if (name == "requested") != (stream.version == 0):
            yield "beginning", f"{name} is event {stream.version + 1} of the payment"
        order = self.orders.get(said["reference"])
        if order is None or order.currency != said["currency"]:
            yield "belonging", f"no order {said['reference']} in {said['currency']} was placed"
        paid = self.payments.setdefault(own, Payment(said["reference"]))
        amount = said.get("amount_minor") or 0
        if name == "authorised":
            paid.authorised += amount
        elif name in ("capture_requested", "refund_requested"):
            paid.asked[named(said)] = amount
        elif name == "authorisation_adjusted":
            paid.authorised = amount
        elif name == "refund_reversed":
            paid.refunded -= amount
        elif name in ("charged_back", "charge_back_reversed"):
            lost = amount if name == "charged_back" else -amount
            paid.charged_back += lost
            if order is not None:
                order.captured -= lost
        elif name in ("captured", "refunded"):
            yield from answered(paid, name, named(said), amount)
            if name == "captured":
                paid.captured += amount
                if order is not None:
                    order.captured += amount
                    if order.captured > order.total:
                        yield "covered", f"{order.captured} is taken for an order of {order.total}"
            else:
                paid.refunded += amount
        gone = paid.refunded + paid.charged_back
        sound = 0 <= gone <= paid.captured <= paid.authorised and paid.refunded >= 0
        if amount < 0 or paid.charged_back < 0 or not sound:
            yield (
                "money",
                f"authorised {paid.authorised}, captured {paid.captured}, "
                f"refunded {paid.refunded}, charged back {paid.charged_back}",
            )


def unnumbered() -> int:
    """Returns how many events have no place in the log yet.

    None in a shop that runs. In a copy they stay so, where its reader may not number them.
    """
    found: int = fetch(
        "SELECT count(*) FROM es.event e LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
        " WHERE l.position IS NULL"
    )[0][0]
    return found


def examine_log(progress: Progress | None = None) -> tuple[Violation, ...]:
    """Examines the whole log up to where it stands now, a batch at a time.

    In a copy, or with the right to read and no other, it is the log as it was copied; what was
    committed and not numbered then is what `unnumbered` counts.
    """
    examiner, found, position = Examiner(), list[Violation](), 0
    if _may_number():
        sequence()
    rows = read_sequenced(0, BATCH)
    head = log_head()
    while rows:
        for row in rows:
            if (row.position or 0) <= head:
                found += examiner.examine(row)
        position = rows[-1].position or head
        if progress:
            progress(position)
        if position >= head:
            break
        rows = read_sequenced(position, BATCH)
    return tuple(found)


def _may_number() -> bool:
    rows = fetch(
        "SELECT has_table_privilege('es.log', 'INSERT')"
        " AND current_setting('transaction_read_only') = 'off'"
        " AND s.cluster = c.system_identifier FROM es.sequencer s, pg_control_system() c"
    )
    return bool(rows and rows[0][0])


def named(said: Fields) -> str:
    return str(said.get("capture_id") or said["refund_id"])


def answered(paid: Payment, name: str, key: str, amount: int) -> Iterator[Complaint]:
    if key in paid.done:
        yield "asked", f"{name} {key} happened twice"
    elif paid.asked.get(key) != amount:
        yield "asked", f"{name} {amount}, but {paid.asked.get(key)} was asked for"
    paid.done.add(key)


def placed(quote: Fields) -> Order:
    order = Order(currency=quote["currency"], total=quote["total_minor"])
    order.ordered.update({each["sku"]: each["quantity"] for each in quote["lines"]})
    return order


def counted(order: Order) -> Iterator[Complaint]:
    for sku in order.shipped.keys() | order.cancelled.keys() | order.returned.keys():
        gone = order.shipped[sku] + order.cancelled[sku]
        if gone > order.ordered[sku] or order.returned[sku] > order.shipped[sku]:
            yield (
                "units",
                f"{sku}: {order.ordered[sku]} ordered, {order.shipped[sku]} shipped,"
                f" {order.cancelled[sku]} cancelled, {order.returned[sku]} returned",
            )


def quoted(quote: Fields) -> Iterator[Complaint]:
    parts = [*quote["lines"], *([quote["delivery"]] if quote["delivery"] else [])]
    for name in ("total_minor", "tax_minor"):
        if sum(part[name] for part in parts) != quote[name]:
            yield "total", f"{name} is {quote[name]}, its parts come to another sum"
    for part in parts:
        if part["net_minor"] + part["tax_minor"] != part["total_minor"]:
            yield "total", f"{part['title']}: net and tax are not its total"
    extra = 0 if quote["tax_included"] else quote["tax_minor"]
    listed = quote["subtotal_minor"] + quote["delivery_minor"] - quote["discount_minor"]
    if listed + extra != quote["total_minor"]:
        yield "derivation", "subtotal, delivery, discount and tax do not lead to the total"
    if quote["steps"] and quote["steps"][-1]["amount_minor"] != quote["total_minor"]:
        yield "derivation", "the last step of the derivation is not the total"
