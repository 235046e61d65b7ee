"""The booking: an entry that no order and no payment explains, recorded whole, never changed."""

from typing import Any, Literal, Self
from uuid import UUID

import msgspec

from events.aggregate import Aggregate, Event
from events.registry import event, unchanged, upcast
from modules.ledger.contracts import BookingUnsound
from modules.ledger.domain.accounts import account
from modules.ledger.domain.entries import Leg, require_balance

type Reason = Literal["fee", "payout", "dispute", "rounding", "gift-card", "correction"]


class BookedLeg(msgspec.Struct, frozen=True):
    """`amount_minor` of the booking's currency; a debit is positive."""

    account: str
    amount_minor: int


class Booking(Aggregate):
    """Fees, payouts and disputes as a provider tells them, rounding, gift cards, corrections."""

    kind = "ledger.booking"
    reason: Reason
    legs: tuple[BookedLeg, ...]

    @event("ledger.booking.recorded", version=2)
    class Recorded(Event, frozen=True):
        """`due_minor` is by how much the order is worth more; `evidence` says what it rests on."""

        reason: Reason
        memo: str
        currency: str
        legs: tuple[BookedLeg, ...]
        provider: str
        order_id: UUID | None
        order_number: str
        due_minor: int
        evidence: dict[str, int | str]

        def apply(self, aggregate: Any) -> None:
            aggregate.reason = self.reason
            aggregate.legs = self.legs

    @classmethod
    def record(
        cls,
        booking_id: UUID,
        *,
        reason: Reason,
        memo: str,
        currency: str,
        legs: tuple[BookedLeg, ...],
        provider: str = "",
        order_id: UUID | None = None,
        order_number: str = "",
        due_minor: int = 0,
        evidence: dict[str, int | str] | None = None,
    ) -> Self:
        """Records an entry.

        Raises:
            BookingUnsound: it has no legs.
            EntryUnbalanced: its debits and credits differ.
            AccountUnknown: the chart has no such account.
        """
        if not any(leg.amount_minor for leg in legs):
            raise BookingUnsound("A booking moves at least one amount.")
        for leg in legs:
            account(leg.account)
        require_balance(Leg(leg.account, currency, leg.amount_minor) for leg in legs)
        return cls._create(
            cls.Recorded,
            id=booking_id,
            reason=reason,
            memo=memo,
            currency=currency,
            legs=legs,
            provider=provider,
            order_id=order_id,
            order_number=order_number,
            due_minor=due_minor,
            evidence=evidence or {},
        )


# Since version 2 a gift card may be the reason.
upcast("ledger.booking.recorded", from_version=1)(unchanged)
