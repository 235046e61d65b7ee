"""Which document an order is owed next, told from what was issued, shipped, cancelled and refunded.

An invoice is due for what left (or for all of it, once the payment is promised: see `Policy`). A
credit note is due when less is to be kept of the invoices than they say: units that were invoiced
are cancelled, or money was given back beyond that. Asked again it finds nothing, whatever the
order in which the news arrived.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.invoicing.contracts import Document, DocumentLine, Kind, Policy
from modules.invoicing.domain import parts
from modules.invoicing.domain.room import Room
from modules.kernel.identity import derived_id
from modules.orders.contracts import OrderDetail, past_parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the payments of an order took and gave back, in minor units of its currency."""

    captured_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document without its number, day and parties."""

    id: UUID
    kind: Kind
    lines: tuple[DocumentLine, ...]
    supplied_at: datetime | None = None
    cites: Document | None = None

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)


def next_due(
    issued: Sequence[Document], order: OrderDetail, money: Money, policy: Policy
) -> Draft | None:
    """Returns the next document to issue; None when all are there."""
    followed = followed_policy(issued, order.id, policy)
    if any(parcel.id == past_parcel(order.id) for parcel in order.parcels):
        # Imported with the books of another system, whose invoice it has.
        return None
    drafts = _per_parcel(order) if followed == "on-shipment" else _whole(order)
    known = {document.id for document in issued}
    for draft in drafts:
        if draft.id not in known:
            return draft
    return _next_credit(issued, order, money)


def followed_policy(issued: Sequence[Document], order_id: UUID, policy: Policy) -> Policy:
    """Returns the policy an order began with: a change of the setting leaves it alone."""
    invoices = [document for document in issued if document.kind == "invoice"]
    if not invoices:
        return policy
    return "on-confirmation" if invoices[0].id == _whole_id(order_id) else "on-shipment"


def given_back_minor(order: OrderDetail, money: Money) -> int:
    """Returns the refunds that are no consequence of a cancellation or of a payment too many."""
    too_much = max(0, money.captured_minor - order.due_minor)
    return max(0, money.refunded_minor - too_much)


def _per_parcel(order: OrderDetail) -> Iterator[Draft]:
    quoted = {line.sku: line for line in order.quote.lines}
    sent = dict.fromkeys(quoted, 0)
    for number, parcel in enumerate(order.parcels):
        lines = []
        for each in parcel.lines:
            first, end = sent[each.sku], sent[each.sku] + each.quantity
            sent[each.sku] = end
            lines.append(parts.goods(order.quote, quoted[each.sku], first, end))
        if number == 0 and order.quote.delivery:
            lines.append(parts.delivery(order.quote, order.quote.delivery))
        yield Draft(
            id=derived_id("invoicing.invoice", parcel.id),
            kind="invoice",
            lines=tuple(lines),
            supplied_at=parcel.shipped_at,
        )


def _whole(order: OrderDetail) -> Iterator[Draft]:
    if order.status not in ("confirmed", "completed"):
        return
    left = {line.sku: line.quantity - line.cancelled for line in order.lines}
    lines = [
        parts.goods(order.quote, line, 0, left[line.sku])
        for line in order.quote.lines
        if left[line.sku]
    ]
    if order.quote.delivery:
        lines.append(parts.delivery(order.quote, order.quote.delivery))
    yield Draft(id=_whole_id(order.id), kind="invoice", lines=tuple(lines))


def _whole_id(order_id: UUID) -> UUID:
    return derived_id("invoicing.invoice", order_id)


def _next_credit(issued: Sequence[Document], order: OrderDetail, money: Money) -> Draft | None:
    rooms = [
        Room(document, [each for each in issued if each.cited_id == document.id])
        for document in issued
        if document.kind == "invoice"
    ]
    for room in rooms:
        lines = room.cancelled(order)
        if lines:
            return _credit(room, lines)
    # What was credited as given back stays so, even if a cancellation now explains the refund too.
    due = given_back_minor(order, money) - sum(room.given_back_minor for room in rooms)
    due = min(due, sum(room.left_minor for room in rooms))
    return _give_back(rooms, order, due) if due > 0 else None


def _give_back(rooms: Sequence[Room], order: OrderDetail, due_minor: int) -> Draft:
    """Credits units that came back by name, as far as the money goes, and the rest by rate."""
    chosen, named = next(room for room in rooms if room.left_minor), []
    for room in rooms:
        named = room.returned(order, due_minor)
        if named:
            chosen = room
            break
    rest = due_minor - sum(line.total_minor for line in named)
    if named:
        # Units of another parcel that came back too are named on that invoice's credit note.
        others = [room.returned(order, rest) for room in rooms if room is not chosen]
        rest -= min(rest, sum(line.total_minor for lines in others for line in lines))
    return _credit(chosen, [*named, *chosen.reduced(rest, after=named)])


def _credit(room: Room, lines: Sequence[DocumentLine]) -> Draft:
    return Draft(
        id=derived_id("invoicing.credit-note", room.invoice.id, room.credit_notes),
        kind="credit-note",
        lines=tuple(lines),
        cites=room.invoice,
    )
