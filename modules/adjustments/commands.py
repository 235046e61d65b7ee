"""What can be done with adjustments."""

from events.bulk import Bulk, Occasion
from modules.adjustments import projections as projections  # keeps the read model
from modules.adjustments.contracts import RecordAdjustment
from modules.adjustments.domain.adjustment import Adjustment


def record_past_adjustment(bulk: Bulk, message: RecordAdjustment, occasion: Occasion) -> None:
    """Records a document of the past, to be stored with the rest of `bulk`.

    Raises:
        AdjustmentUnsound: no entries, or an amount that cannot be kept exactly.
    """
    adjustment = Adjustment.record(
        message.adjustment_id,
        number=message.number,
        party=message.party,
        currency=message.currency,
        entries=message.entries,
        subject=message.subject,
    )
    bulk.record(adjustment, occasion)
