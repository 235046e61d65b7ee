"""The adjustments' read model: one row a document."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from events.projections import Projection, register
from events.store import RecordedEvent, read_stream
from modules.adjustments.domain.adjustment import Adjustment
from modules.adjustments.models import AdjustmentRow


class Adjustments(Projection):
    name = "adjustments.adjustments"
    events = (Adjustment.Recorded,)
    model = AdjustmentRow

    def fold(self, state: dict[str, Any] | None, recorded: RecordedEvent) -> dict[str, Any]:
        event: Any = recorded.event
        return {
            "number": event.number,
            "party": event.party,
            "subject": event.whose(),
            "currency": event.currency,
            "amount_minor": event.amount_minor,
            "rest_millionths": event.rest_millionths,
            "entries": len(event.entries),
            "effective_at": recorded.effective_at,
        }


def fold_again(adjustment_ids: Iterable[UUID]) -> None:
    """Writes rows anew from their streams, as a rebuild would: after somebody was erased."""
    for adjustment_id in adjustment_ids:
        for recorded in read_stream(adjustment_id):
            row = ADJUSTMENTS.fold(None, recorded)
            AdjustmentRow.objects.filter(id=adjustment_id).update(**row)


ADJUSTMENTS = Adjustments()
register(ADJUSTMENTS)
