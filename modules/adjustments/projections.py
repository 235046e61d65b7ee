"""The adjustments' read model: one row a document."""

from typing import Any

from events.projections import Projection, register
from events.store import RecordedEvent
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
            "currency": event.currency,
            "amount_minor": event.amount_minor,
            "rest_millionths": event.rest_millionths,
            "entries": len(event.entries),
            "effective_at": recorded.effective_at,
        }


register(Adjustments())
