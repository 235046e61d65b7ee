"""Lists of orders as they were at a moment, out of their streams."""

from collections.abc import Sequence

from django.db.models import QuerySet

from events.moments import AsOf, opened_by, read_streams
from modules.orders.contracts import OrderFilter, PastUnsorted
from modules.orders.models import OrderRow
from modules.orders.projections import row_of
from modules.payments.selectors import totals_of


def placed_by(rows: QuerySet[OrderRow], wanted: OrderFilter, as_of: AsOf) -> QuerySet[OrderRow]:
    """Returns the rows of orders that were placed by a moment, on either clock.

    Raises:
        PastUnsorted: they are narrowed by something that may have been different then.
    """
    asked = (wanted.status, wanted.payment_status, wanted.fulfilment_status)
    if any(asked) or wanted.view != "all":
        raise PastUnsorted(
            "A list as of a moment shows every order that was placed by then: leave out `view` and"
            " the statuses, which are those of the present, and look at the status of each row."
        )
    return _placed_by(rows, as_of)


def _placed_by(rows: QuerySet[OrderRow], as_of: AsOf) -> QuerySet[OrderRow]:
    if as_of.effective_at is not None:
        rows = rows.filter(placed_at__lte=as_of.effective_at)
    return opened_by(rows, as_of)


def rows_then(rows: Sequence[OrderRow], as_of: AsOf) -> list[OrderRow]:
    """Returns these rows as they were, in the same order; three queries for any number of them."""
    streams = read_streams(row.id for row in rows)
    sums = {each.reference: each.status for each in totals_of(streams, as_of)}
    then = []
    for order_id, recorded in streams.items():
        row = row_of(as_of.required(recorded, "this order"))
        row.payment = sums[order_id]  # type: ignore[attr-defined]  # as `listing.with_payment` annotates it
        then.append(row)
    return then
