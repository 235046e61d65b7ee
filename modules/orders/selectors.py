"""What can be asked about orders."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Q

from events.database import fetch
from events.moments import AsOf
from events.privacy.sealing import personal_fields
from events.store import RecordedEvent, read_stream
from modules.giftcards.contracts import PROVIDER as GIFT_CARD
from modules.orders import listing
from modules.orders.contracts import (
    COUNTED_TO,
    Contact,
    LinkRefused,
    OrderCounts,
    OrderDetail,
    OrderFilter,
    OrderNotFound,
    OrderPage,
    OrderStatus,
    TimelineEntry,
)
from modules.orders.details import detail_of
from modules.orders.domain.order import Order
from modules.orders.earlier import placed_by, rows_then
from modules.orders.explaining import explanation as explanation
from modules.orders.models import OrderRow
from modules.orders.wording import words
from modules.payments.contracts import PaymentDetail
from modules.payments.selectors import history, payments_of, positions, totals

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
    money = fetch("SELECT status FROM orders_money WHERE order_id = %s", (order_id,))
    return detail_of(recorded, money[0][0] if money else "requested")


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
    rows = listing.filtered(wanted)
    if as_of is not None:
        rows = placed_by(rows, wanted, as_of)
    after = listing.read_cursor(wanted.cursor)
    if after:
        rows = rows.filter(Q(placed_at__lt=after[0]) | Q(placed_at=after[0], id__lt=after[1]))
    limit = max(1, min(wanted.limit, PAGE_LIMIT))
    page = list(rows.order_by("-placed_at", "-id")[: limit + 1])
    more = len(page) > limit
    shown = page[:limit] if as_of is None else rows_then(page[:limit], as_of)
    return OrderPage(
        orders=tuple(listing.summary(row) for row in shown),
        next_cursor=listing.cursor(page[limit - 1]) if more else "",
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
    """Returns the newer and the older order beside one in a list, in two or three queries."""
    rows = listing.filtered(wanted)
    at, own = order.placed_at, order.id
    newer = rows.filter(Q(placed_at__gt=at) | Q(placed_at=at, id__gt=own))
    older = rows.filter(Q(placed_at__lt=at) | Q(placed_at=at, id__lt=own))
    return (
        newer.order_by("placed_at", "id").values_list("id", flat=True).first(),
        older.order_by("-placed_at", "-id").values_list("id", flat=True).first(),
    )


def order_counts() -> OrderCounts:
    """Returns how many orders each view of the staff's list holds, in one query.

    None is counted beyond `COUNTED_TO`, so that the answer costs the same with a million orders.
    """
    counted = {
        view.replace("-", "_"): listing.CountUpTo(OrderRow.objects.filter(condition), COUNTED_TO)
        for view, condition in listing.VIEWS.items()
    }
    # One row, whichever: each figure is a question of its own.
    rows = OrderRow.objects.order_by().values(**counted)[:1]
    return OrderCounts(**next(iter(rows), dict.fromkeys(counted, 0)))


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
