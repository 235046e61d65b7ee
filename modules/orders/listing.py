"""Lists of orders: which rows a filter and a view mean, and the opaque end of a page."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.contrib.postgres.search import SearchQuery
from django.db.models import F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from modules.orders.contracts import OrderFilter, OrderSummary
from modules.orders.models import OrderRow
from modules.orders.projections import search_words

# Of so many orders with a word, a page is soon found among the newest.
MANY = 500
# What each view of the staff's list holds.
VIEWS: dict[str, Q] = {
    "all": Q(),
    "to-capture": Q(money__status__in=("authorised", "partially-captured"))
    & ~Q(status="cancelled"),
    "to-ship": Q(status="confirmed", open_units__gt=0),
    "returns": Q(open_returns__gt=0),
    "problem": Q(money__troubled=True),
}


class CountUpTo(Subquery):
    """How many rows a question has, at most so many: no more of them are read."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[OrderRow], most: int) -> None:
        super().__init__(rows.order_by().values("pk")[:most])


def filtered(wanted: OrderFilter) -> QuerySet[OrderRow]:
    """Returns the orders that match; a word is found by its beginning, and costs a query."""
    rows = with_payment().filter(VIEWS.get(wanted.view, Q()))
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
        asked = Q(search=SearchQuery(query, config="simple", search_type="raw"))
        few = _few(asked)
        rows = rows.filter(asked if few is None else Q(pk__in=few))
    return rows


def _few(asked: Q) -> list[UUID] | None:
    """Returns the orders that have the words, if they are few; None: they are many.

    PostgreSQL cannot know how many rows a beginning of a word has: it would look for a rare one by
    reading all orders, newest first, which for a common one is the best.
    """
    found = list(OrderRow.objects.filter(asked).order_by().values_list("pk", flat=True)[:MANY])
    return found if len(found) < MANY else None


def with_payment() -> QuerySet[OrderRow]:
    """Returns all orders, each with the status of its payments as `payment`."""
    return OrderRow.objects.annotate(payment=Coalesce(F("money__status"), Value("requested")))


def summary(row: OrderRow) -> OrderSummary:
    """Returns a row of `with_payment` as a page shows it."""
    return OrderSummary(
        id=row.id,
        number=row.number,
        status=row.status,  # type: ignore[arg-type]  # stored from the same literal
        payment_status=row.payment,  # type: ignore[attr-defined]  # annotated by `with_payment`
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


def cursor(row: OrderRow) -> str:
    """Returns the end of a page whose last row this is."""
    raw = msgspec.json.encode((row.placed_at, row.id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    """Returns the moment and the id that a page ended with; None where it is not of ours."""
    try:
        raw = base64.urlsafe_b64decode(f"{cursor}==")
        moment, order_id = msgspec.json.decode(raw, type=tuple[datetime, UUID])
        return _in_utc(moment) or moment, order_id
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def _in_utc(moment: datetime | None) -> datetime | None:
    """Returns a moment as PostgreSQL can read it: it knows no offsets beyond 16 hours."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
