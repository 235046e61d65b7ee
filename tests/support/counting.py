"""Orders and money of the past, counted from rows and events: what kept sums have to equal."""

from dataclasses import dataclass

from django.db.models import Count, Sum

from events.database import TENANT, fetch
from events.moments import AsOf, opened_by
from events.recorded import KNOWN_AT
from events.registry import names_of
from modules.orders.models import OrderRow
from modules.payments.domain.payment import Payment

KINDS = (Payment.Authorised, Payment.Captured, Payment.Voided, Payment.Refunded)
_SUM = (
    "coalesce(sum((payload->>'amount_minor')::bigint) FILTER (WHERE e.topic = ANY(%s)), 0)::bigint"
)
_TAKINGS = (
    f"SELECT payload->>'currency', {_SUM}, {_SUM}, {_SUM}, {_SUM}"
    " FROM es.event e LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
    " WHERE tenant_id = %s AND e.topic = ANY(%s)"
    f" AND (%s::timestamptz IS NULL OR {KNOWN_AT} <= %s)"
    " AND (%s::timestamptz IS NULL OR effective_at <= %s) GROUP BY 1 ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """What all payments of a currency had moved by a moment; in its minor units."""

    currency: str
    authorised_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What was ordered in a currency by a moment, in its minor units."""

    currency: str
    orders: int
    total_minor: int


def ordered(as_of: AsOf) -> tuple[Ordered, ...]:
    """What was ordered by a moment, by currency, before any cancellation."""
    rows = OrderRow.objects.all()
    if as_of.effective_at is not None:
        rows = rows.filter(placed_at__lte=as_of.effective_at)
    sums = opened_by(rows, as_of).values("currency")
    return tuple(
        Ordered(currency=row["currency"], orders=row["orders"], total_minor=int(row["total"]))
        for row in sums.annotate(orders=Count("id"), total=Sum("total_minor"))
    )


def takings(as_of: AsOf) -> tuple[Takings, ...]:
    """What all payments had moved by a moment, by currency."""
    clocks = (as_of.known_at, as_of.known_at, as_of.effective_at, as_of.effective_at)
    topics = [names_of((kind,)) for kind in KINDS]
    rows = fetch(_TAKINGS, (*topics, TENANT, names_of(KINDS), *clocks))
    return tuple(
        Takings(
            currency=currency,
            authorised_minor=authorised,
            captured_minor=captured,
            voided_minor=voided,
            refunded_minor=refunded,
        )
        for currency, authorised, captured, voided, refunded in rows
    )
