"""What can be asked about orders."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchQuery
from django.core import signing
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from events.moments import AsOf
from events.privacy.sealing import personal_fields
from events.store import RecordedEvent, read_stream
from modules.giftcards.contracts import PROVIDER as GIFT_CARD
from modules.orders.contracts import (
    Contact,
    LinkRefused,
    OrderCounts,
    OrderDetail,
    OrderFilter,
    OrderNotFound,
    OrderPage,
    OrderStatus,
    OrderSummary,
    TimelineEntry,
)
from modules.orders.details import detail_of
from modules.orders.domain.order import Order
from modules.orders.earlier import placed_by, rows_then
from modules.orders.explaining import explanation as explanation
from modules.orders.models import OrderMoney, OrderRow
from modules.orders.projections import search_words
from modules.orders.wording import words
from modules.payments.contracts import PaymentDetail
from modules.payments.selectors import history, payments_of, positions, totals

# When each parcel and return moved, by the kind of step and its id.
type Moments = dict[tuple[str, UUID], datetime]

LINK_PERIOD = timedelta(days=400)
LINK_SALT = "orders.link"
PAGE_LIMIT = 200


def order_detail(order_id: UUID, as_of: AsOf | None = None) -> OrderDetail:
    """Returns an order as its stream tells it, or told it at a moment.

    Raises:
        OrderNotFound: there is none.
        NothingRecordedYet: there was none then.
    """
    recorded = read_stream(order_id)
    if not recorded or not isinstance(recorded[0].event, Order.Placed):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    if as_of is not None:
        then = as_of.required(recorded, "this order")
        return detail_of(then, totals(order_id, as_of).status)
    money = OrderMoney.objects.filter(order_id=order_id).values_list("status", flat=True)
    return detail_of(recorded, next(iter(money), "requested"))


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


def orders(wanted: OrderFilter, as_of: AsOf | None = None) -> OrderPage:
    """Returns a page of orders, newest first; an unreadable cursor begins anew.

    As of a moment it lists those that were placed by then, each as it was.

    Raises:
        PastUnsorted: as of a moment it cannot be narrowed by what changes, such as a status.
    """
    rows = _filtered(wanted) if as_of is None else placed_by(_filtered(wanted), wanted, as_of)
    after = _read_cursor(wanted.cursor)
    if after:
        rows = rows.filter(Q(placed_at__lt=after[0]) | Q(placed_at=after[0], id__lt=after[1]))
    limit = max(1, min(wanted.limit, PAGE_LIMIT))
    page = list(rows.order_by("-placed_at", "-id")[: limit + 1])
    more = len(page) > limit
    shown = page[:limit] if as_of is None else rows_then(page[:limit], as_of)
    return OrderPage(
        orders=tuple(_summary(row) for row in shown),
        next_cursor=_cursor(page[limit - 1]) if more else "",
    )


def orders_of(subjects: Iterable[UUID]) -> tuple[OrderDetail, ...]:
    """Returns every order that holds personal data of these subjects, oldest first."""
    found = OrderRow.objects.filter(subject__in=list(subjects)).order_by("placed_at", "id")
    return tuple(order_detail(each) for each in found.values_list("id", flat=True))


def order_subject(order_id: UUID) -> UUID | None:
    """Returns under whose id an order's personal data is sealed; None: there is no such order."""
    return OrderRow.objects.filter(id=order_id).values_list("subject", flat=True).first()


def open_orders_of(subjects: Iterable[UUID]) -> tuple[str, ...]:
    """Returns the numbers of these subjects' orders that still have to be paid, sent or returned.

    Oldest first. To finish them the shop needs to know who they are for.
    """
    of_them = OrderRow.objects.filter(subject__in=list(subjects))
    found = of_them.filter(Q(status__in=("placed", "confirmed")) | Q(open_returns__gt=0))
    return tuple(found.order_by("placed_at", "id").values_list("number", flat=True))


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


def timeline(order_id: UUID, as_of: AsOf | None = None) -> tuple[TimelineEntry, ...]:
    """Returns all that was recorded of an order and its payments, in words, oldest first.

    As of a moment: what counts then.

    Raises:
        OrderNotFound: nothing was.
        NothingRecordedYet: nothing was then.
    """
    recorded = read_stream(order_id)
    if not recorded or not isinstance(recorded[0].event, Order.Placed):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    currency = recorded[0].event.quote.currency
    if as_of is not None:
        recorded = as_of.required(recorded, "this order")
    entries = [_entry(row, currency) for row in recorded]
    for payment in payments_of(order_id, as_of):
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
            for each in history(payment.id, as_of)
        ]
    return tuple(sorted(entries, key=lambda entry: entry.recorded_at))


def order_positions(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Returns how many events each of these orders and its payments have had, if it is there.

    The number grows with every event. Two statements, however many orders.
    """
    paid = positions(order_ids)
    own = OrderRow.objects.filter(id__in=order_ids).values_list("id", "version")
    return {order_id: version + paid.get(order_id, 0) for order_id, version in own}


def payable_minor(order_id: UUID) -> int:
    """Returns what an order is worth and no payment has taken or holds, in minor units."""
    order = order_detail(order_id)
    return 0 if order.status == "cancelled" else unsecured_minor(order, payments_of(order_id))


def unsecured_minor(order: OrderDetail, found: Iterable[PaymentDetail]) -> int:
    """Returns how much of an order's worth these payments have neither taken nor hold."""
    return max(0, order.due_minor - sum(held_minor(payment) for payment in found))


def held_minor(payment: PaymentDetail) -> int:
    """Returns what a payment has taken or holds; a gift card's part left the card at placement."""
    if payment.provider == GIFT_CARD and payment.status == "requested":
        return payment.amount_minor
    return payment.kept_minor + payment.pending_minor + payment.capturable_minor


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
