"""What can be asked about orders."""

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchQuery
from django.core import signing
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from events.privacy.sealing import personal_fields
from events.store import RecordedEvent, read_stream
from modules.orders.contracts import (
    Contact,
    LinkRefused,
    OrderCounts,
    OrderDetail,
    OrderFilter,
    OrderLine,
    OrderNotFound,
    OrderPage,
    OrderStatus,
    OrderSummary,
    Parcel,
    Return,
    TimelineEntry,
)
from modules.orders.domain import state
from modules.orders.domain.order import Order
from modules.orders.explaining import explanation as explanation
from modules.orders.models import OrderMoney, OrderRow
from modules.orders.projections import search_words
from modules.orders.wording import words
from modules.payments.selectors import history, payments_of, position

# When each parcel and return moved, by the kind of step and its id.
type Moments = dict[tuple[str, UUID], datetime]

LINK_PERIOD = timedelta(days=400)
LINK_SALT = "orders.link"
PAGE_LIMIT = 200


def order_detail(order_id: UUID) -> OrderDetail:
    """Returns an order as its stream tells it. Raises: OrderNotFound."""
    recorded = read_stream(order_id)
    if not recorded or not isinstance(recorded[0].event, Order.Placed):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    order = Order.fold(order_id, (row.event for row in recorded))
    money = OrderMoney.objects.filter(order_id=order_id).values_list("status", flat=True)
    return _detail(order, _moments(recorded), next(iter(money), "requested"))


def order_status(order_id: UUID) -> OrderStatus:
    """Returns where an order stands; one query. Raises: OrderNotFound."""
    rows = OrderRow.objects.filter(id=order_id).values_list("status", flat=True)
    status: OrderStatus | None = rows.first()  # type: ignore[assignment]  # stored from the same literal
    if status is None:
        raise OrderNotFound("There is no such order.", order_id=order_id)
    return status


def has_ordered(customer_id: UUID) -> bool:
    """Tells whether a customer has an order that was not cancelled; one query."""
    return OrderRow.objects.filter(customer_id=customer_id).exclude(status="cancelled").exists()


def order_by_number(number: str) -> OrderDetail:
    """Returns the order of this number, however it is typed. Raises: OrderNotFound."""
    typed = number.strip().upper()
    letters = "".join(each for each in typed if each.isalnum())
    # Imported orders keep the numbers of their invoices, which are of other shapes.
    numbers = {f"{letters[:4]}-{letters[4:]}", *([typed] if typed.isprintable() else [])}
    found = OrderRow.objects.filter(number__in=numbers).values_list("id").first()
    if found is None:
        raise OrderNotFound("There is no order of this number.", number=number)
    return order_detail(found[0])


def orders(wanted: OrderFilter) -> OrderPage:
    """Returns a page of orders, newest first; an unreadable cursor begins anew."""
    rows = _filtered(wanted)
    after = _read_cursor(wanted.cursor)
    if after:
        rows = rows.filter(Q(placed_at__lt=after[0]) | Q(placed_at=after[0], id__lt=after[1]))
    limit = max(1, min(wanted.limit, PAGE_LIMIT))
    page = list(rows.order_by("-placed_at", "-id")[: limit + 1])
    more = len(page) > limit
    return OrderPage(
        orders=tuple(_summary(row) for row in page[:limit]),
        next_cursor=_cursor(page[limit - 1]) if more else "",
    )


def orders_of(subjects: Iterable[UUID]) -> tuple[OrderDetail, ...]:
    """Returns every order that holds personal data of these subjects, oldest first."""
    found = OrderRow.objects.filter(subject__in=list(subjects)).order_by("placed_at", "id")
    return tuple(order_detail(each) for each in found.values_list("id", flat=True))


def invoice_contact(order_id: UUID) -> Contact:
    """Returns an order's contact with what the law wants kept for its invoice, erased or not.

    For the tax office and nobody else. Raises: OrderNotFound.
    """
    with personal_fields("kept"):
        return order_detail(order_id).contact


def neighbours(order: OrderDetail, wanted: OrderFilter) -> tuple[UUID | None, UUID | None]:
    """Returns the newer and the older order beside one in a list, in two queries."""
    rows = _filtered(wanted)
    at, own = order.placed_at, order.id
    newer = rows.filter(Q(placed_at__gt=at) | Q(placed_at=at, id__gt=own))
    older = rows.filter(Q(placed_at__lt=at) | Q(placed_at=at, id__lt=own))
    return (
        newer.order_by("placed_at", "id").values_list("id", flat=True).first(),
        older.order_by("-placed_at", "-id").values_list("id", flat=True).first(),
    )


def order_counts() -> OrderCounts:
    """Returns how many orders each view of the staff's list holds, in one query."""
    counted = _rows().aggregate(
        all=Count("id"),
        to_capture=Count("id", filter=VIEWS["to-capture"]),
        to_ship=Count("id", filter=VIEWS["to-ship"]),
        returns=Count("id", filter=VIEWS["returns"]),
        problem=Count("id", filter=VIEWS["problem"]),
    )
    return OrderCounts(**counted)


def timeline(order_id: UUID) -> tuple[TimelineEntry, ...]:
    """Returns all that was recorded of an order and its payments, in words, oldest first.

    Raises:
        OrderNotFound: nothing was.
    """
    recorded = read_stream(order_id)
    if not recorded or not isinstance(recorded[0].event, Order.Placed):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    currency = recorded[0].event.quote.currency
    entries = [_entry(row, currency) for row in recorded]
    for payment in payments_of(order_id):
        entries += [
            TimelineEntry(
                stream="payment",
                stream_id=each.stream_id,
                version=each.version,
                topic=each.topic,
                title=each.title,
                detail=each.detail,
                actor=each.actor,
                recorded_at=each.recorded_at,
                hash=each.hash,
            )
            for each in history(payment.id)
        ]
    return tuple(sorted(entries, key=lambda entry: entry.recorded_at))


def order_position(order_id: UUID) -> int:
    """Returns how many events an order and its payments have had: it grows with every one."""
    own = OrderRow.objects.filter(id=order_id).values_list("version", flat=True).first()
    return (own or 0) + position(order_id)


def order_token(order_id: UUID) -> str:
    """Returns the unguessable part of the order's own address, good for 400 days."""
    signer = signing.TimestampSigner(salt=LINK_SALT)
    return signer.sign(base64.urlsafe_b64encode(order_id.bytes).decode().rstrip("="))


def order_by_token(token: str) -> UUID:
    """Returns the order that a link opens. Raises: LinkRefused: altered or expired."""
    try:
        value = signing.TimestampSigner(salt=LINK_SALT).unsign(token, max_age=LINK_PERIOD)
        return UUID(bytes=base64.urlsafe_b64decode(f"{value}=="))
    except (signing.BadSignature, binascii.Error, ValueError):
        raise LinkRefused("This link is not valid any more. Find your order by number.") from None


# What each view of the staff's list holds.
VIEWS: dict[str, Q] = {
    "all": Q(),
    "to-capture": Q(money__status__in=("authorised", "partially-captured"))
    & ~Q(status="cancelled"),
    "to-ship": Q(status="confirmed", open_units__gt=0),
    "returns": Q(open_returns__gt=0),
    "problem": Q(money__troubled=True),
}


def _rows() -> QuerySet[OrderRow]:
    return OrderRow.objects.annotate(payment=Coalesce(F("money__status"), Value("requested")))


def _filtered(wanted: OrderFilter) -> QuerySet[OrderRow]:
    rows = _rows().filter(VIEWS.get(wanted.view, Q()))
    given = {
        "status": wanted.status,
        # An order without payments has no row there; for the others the status has an index.
        "payment" if wanted.payment_status == "requested" else "money__status": (
            wanted.payment_status
        ),
        "fulfilment_status": wanted.fulfilment_status,
        "placed_at__gte": _in_utc(wanted.placed_from),
        "placed_at__lt": _in_utc(wanted.placed_until),
        "customer_id": wanted.customer_id,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    terms = search_words(wanted.query)
    if terms:
        query = " & ".join(f"{term}:*" for term in terms)
        rows = rows.filter(search=SearchQuery(query, config="simple", search_type="raw"))
    return rows


def _summary(row: OrderRow) -> OrderSummary:
    return OrderSummary(
        id=row.id,
        number=row.number,
        status=row.status,  # type: ignore[arg-type]  # stored from the same literal
        payment_status=row.payment,  # type: ignore[attr-defined]  # annotated by `_rows`
        fulfilment_status=row.fulfilment_status,  # type: ignore[arg-type]  # as above
        email=row.email,
        name=row.name,
        customer_id=row.customer_id,
        currency=row.currency,
        total_minor=row.total_minor,
        quantity=row.quantity,
        version=row.version,
        placed_at=row.placed_at,
    )


def _cursor(row: OrderRow) -> str:
    raw = msgspec.json.encode((row.placed_at, row.id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _in_utc(moment: datetime | None) -> datetime | None:
    """Returns a moment as PostgreSQL can read it: it knows no offsets beyond 16 hours."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        raw = base64.urlsafe_b64decode(f"{cursor}==")
        moment, order_id = msgspec.json.decode(raw, type=tuple[datetime, UUID])
        return _in_utc(moment) or moment, order_id
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def _entry(recorded: RecordedEvent, currency: str) -> TimelineEntry:
    title, detail = words(recorded.event, currency)
    return TimelineEntry(
        stream="order",
        stream_id=recorded.stream_id,
        version=recorded.version,
        topic=recorded.topic,
        title=title,
        detail=detail,
        actor=recorded.actor,
        recorded_at=recorded.recorded_at,
        hash=recorded.hash.hex(),
    )


def _moments(recorded: list[RecordedEvent]) -> Moments:
    moments: Moments = {}
    for row in recorded:
        event = row.event
        if isinstance(event, Order.Placed):
            moments["placed", row.stream_id] = row.effective_at
        elif isinstance(event, Order.ParcelShipped):
            moments["shipped", event.parcel_id] = row.effective_at
        elif isinstance(event, Order.ParcelDelivered):
            moments["delivered", event.parcel_id] = row.effective_at
        elif isinstance(event, Order.ReturnRequested):
            moments["requested", event.return_id] = row.effective_at
        elif isinstance(event, Order.ReturnReceived):
            moments["received", event.return_id] = row.effective_at
    return moments


def _detail(order: Order, moments: Moments, payment_status: str) -> OrderDetail:
    known = order.state
    return OrderDetail(
        id=order.id,
        number=known.number,
        status=known.status,
        payment_status=payment_status,
        fulfilment_status=known.fulfilment_status,
        customer_id=order.customer_id,
        cart_id=order.cart_id,
        contact=order.contact,
        quote=order.quote,
        currency=known.currency,
        total_minor=known.total_minor,
        cancelled_minor=known.cancelled_minor,
        due_minor=known.due_minor,
        lines=tuple(_line(line) for line in known.lines),
        parcels=tuple(_parcel(parcel, moments) for parcel in known.parcels),
        returns=tuple(_return(each, moments) for each in known.returns),
        cancel_reason=known.cancel_reason,
        version=order.version,
        placed_at=moments["placed", order.id],
        allowed=known.allowed,
        vat_id=order.vat_id,
    )


def _line(line: state.Line) -> OrderLine:
    return OrderLine(
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        total_minor=line.total_minor,
        cancelled=line.cancelled,
        shipped=line.shipped,
        returned=line.returned,
        open=line.open,
    )


def _parcel(parcel: state.Parcel, moments: Moments) -> Parcel:
    return Parcel(
        id=parcel.id,
        lines=parcel.lines,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        shipped_at=moments["shipped", parcel.id],
        delivered_at=moments.get(("delivered", parcel.id)),
    )


def _return(each: state.Return, moments: Moments) -> Return:
    return Return(
        id=each.id,
        lines=each.lines,
        reason=each.reason,
        requested_at=moments["requested", each.id],
        received_at=moments.get(("received", each.id)),
        value_minor=each.value_minor,
    )
