"""The adjustment: one document, recorded whole."""

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from events.aggregate import Aggregate, Event
from events.privacy.marks import Personal
from events.registry import event, unchanged, upcast
from modules.adjustments.contracts import BOOKS, AdjustmentUnsound, Entry, split


class Adjustment(Aggregate):
    """A document of the books that is neither an order nor a payment."""

    kind = "adjustments.adjustment"
    number: str
    party: str
    currency: str
    entries: tuple[Entry, ...]
    amount_minor: int
    rest_millionths: int

    @event("adjustments.adjustment.recorded", version=2)
    class Recorded(Event, frozen=True):
        """`amount_minor` and `rest_millionths` are the exact sum of the entries."""

        number: str
        party: Annotated[str, Personal(BOOKS)]
        currency: str
        entries: tuple[Entry, ...]
        amount_minor: int
        rest_millionths: int
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.number = self.number
            aggregate.party = self.party
            aggregate.currency = self.currency
            aggregate.entries = self.entries
            aggregate.amount_minor = self.amount_minor
            aggregate.rest_millionths = self.rest_millionths

    @classmethod
    def record(
        cls,
        adjustment_id: UUID,
        *,
        number: str,
        party: str,
        currency: str,
        entries: tuple[Entry, ...],
        subject: UUID | None = None,
    ) -> Self:
        """Records a document with the exact sum of its entries.

        Raises:
            AdjustmentUnsound: no entries, or an amount that cannot be kept exactly.
        """
        if not entries:
            raise AdjustmentUnsound("An adjustment has at least one entry.", number=number)
        try:
            parts = split(sum((entry.amount for entry in entries), Decimal()), currency)
        except ValueError as error:
            raise AdjustmentUnsound(f"{number}: {error}.", number=number) from None
        return cls._create(
            cls.Recorded,
            id=adjustment_id,
            number=number,
            party=party,
            currency=currency,
            entries=entries,
            amount_minor=parts[0],
            rest_millionths=parts[1],
            subject=subject,
        )


# Until version 2 parties and descriptions were stored in clear.
upcast("adjustments.adjustment.recorded", from_version=1)(unchanged)
