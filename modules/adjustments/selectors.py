"""What can be asked about adjustments."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, Sum

from events.bulk import Bulk
from events.moments import AsOf, opened_by
from events.repository import load_or_none
from modules.adjustments.contracts import (
    AdjustmentNotFound,
    AdjustmentSummary,
    AdjustmentTotals,
    Entry,
    joined,
)
from modules.adjustments.domain.adjustment import Adjustment
from modules.adjustments.models import AdjustmentRow
from modules.adjustments.projections import Adjustments

__all__ = [
    "Adjustments",
    "adjustment_currencies",
    "adjustment_entries",
    "adjustment_ids",
    "adjustment_totals",
    "adjustments",
    "adjustments_of",
    "entries_by_number",
]

PAGE_LIMIT = 200


def adjustments(
    *, after: AdjustmentSummary | None = None, limit: int = 50
) -> tuple[AdjustmentSummary, ...]:
    """Returns a page of adjustments, newest first; `after` ends the page before."""
    rows = AdjustmentRow.objects.order_by("-effective_at", "-id")
    if after is not None:
        earlier = Q(effective_at__lt=after.effective_at)
        rows = rows.filter(earlier | Q(effective_at=after.effective_at, id__lt=after.id))
    return tuple(_summary(row) for row in rows[: max(1, min(limit, PAGE_LIMIT))])


def adjustments_of(subjects: Iterable[UUID]) -> tuple[AdjustmentSummary, ...]:
    """Returns every adjustment that holds personal data of these subjects, oldest first."""
    found = AdjustmentRow.objects.filter(subject__in=list(subjects))
    return tuple(_summary(row) for row in found.order_by("effective_at", "id"))


def adjustment_entries(adjustment_id: UUID) -> tuple[Entry, ...]:
    """Returns the entries of a document. Raises: AdjustmentNotFound."""
    found = load_or_none(Adjustment, adjustment_id)
    if found is None:
        raise AdjustmentNotFound("There is no such adjustment.", adjustment_id=adjustment_id)
    return found.entries


def adjustment_ids(number: str) -> tuple[UUID, ...]:
    """Returns the documents of a number, the first part first; none if there is none."""
    if not number.isprintable():
        return ()
    found = AdjustmentRow.objects.filter(number=number).order_by("effective_at", "id")
    return tuple(found.values_list("id", flat=True))


def entries_by_number(numbers: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
    """Returns the entries of all documents of these numbers, in two queries."""
    found = AdjustmentRow.objects.filter(number__in=list(numbers)).order_by("id")
    rows = dict(found.values_list("id", "number"))
    bulk = Bulk()
    bulk.load(rows)
    result: dict[str, tuple[Entry, ...]] = {}
    for adjustment_id, number in rows.items():
        adjustment = bulk.find(Adjustment, adjustment_id)
        if adjustment is not None:
            result[number] = (*result.get(number, ()), *adjustment.entries)
    return result


def adjustment_currencies() -> tuple[str, ...]:
    """Returns the currencies that there are adjustments of."""
    found = AdjustmentRow.objects.order_by("currency").values_list("currency", flat=True)
    return tuple(found.distinct())


def adjustment_totals(currency: str, as_of: AsOf | None = None) -> AdjustmentTotals:
    """Returns how much all adjustments of a currency come to, exactly, or came to at a moment."""
    rows = AdjustmentRow.objects.filter(currency=currency)
    if as_of is not None:
        # A document is recorded once and never changed: its stream is its one event.
        rows = opened_by(rows, as_of)
        if as_of.effective_at is not None:
            rows = rows.filter(effective_at__lte=as_of.effective_at)
    sums = rows.aggregate(
        documents=Count("id"),
        lines=Sum("entries"),
        minor=Sum("amount_minor"),
        rest=Sum("rest_millionths"),
    )
    return AdjustmentTotals(
        documents=sums["documents"],
        entries=sums["lines"] or 0,
        amount=joined(sums["minor"] or 0, sums["rest"] or 0, currency),
    )


def _summary(row: AdjustmentRow) -> AdjustmentSummary:
    return AdjustmentSummary(
        id=row.id,
        number=row.number,
        party=row.party,
        currency=row.currency,
        amount_minor=row.amount_minor,
        rest_millionths=row.rest_millionths,
        entries=row.entries,
        effective_at=row.effective_at,
    )
