"""What all payments together had moved by a moment, counted from the recorded events alone."""

from events.database import TENANT, fetch
from events.moments import AsOf
from events.recorded import KNOWN_AT
from events.registry import names_of
from modules.payments.contracts import Takings
from modules.payments.domain.payment import Payment

KINDS = (Payment.Authorised, Payment.Captured, Payment.Voided, Payment.Refunded)
_SUM = (
    "coalesce(sum((payload->>'amount_minor')::bigint) FILTER (WHERE e.topic = ANY(%s)), 0)::bigint"
)
_TAKINGS = (
    f"SELECT payload->>'currency', {_SUM}, {_SUM}, {_SUM}, {_SUM}"  # noqa: S608
    " FROM es.event e LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
    " WHERE tenant_id = %s AND e.topic = ANY(%s)"
    f" AND (%s::timestamptz IS NULL OR {KNOWN_AT} <= %s)"
    " AND (%s::timestamptz IS NULL OR effective_at <= %s) GROUP BY 1 ORDER BY 1"
)


def takings(as_of: AsOf | None = None) -> tuple[Takings, ...]:
    """Returns what all payments had moved by a moment, by currency; one statement.

    What a period took is the difference of two moments.
    """
    moment = as_of or AsOf()
    clocks = (moment.known_at, moment.known_at, moment.effective_at, moment.effective_at)
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
