"""Writes down entries that no event explains, and what reconciliation finds, from case to end."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from events.commands import command
from events.context import acting
from events.repository import load_or_none, save
from modules.ledger.contracts import CaseKind
from modules.ledger.domain.booking import BookedLeg, Booking, Reason
from modules.ledger.domain.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBooking:
    """An entry to be recorded once for its id; a leg's debit is positive, in minor units."""

    booking_id: UUID
    reason: Reason
    memo: str
    currency: str
    legs: tuple[BookedLeg, ...]
    provider: str = ""
    order_id: UUID | None = None
    order_number: str = ""
    due_minor: int = 0
    evidence: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A difference that was found; `settlement_id` or `position` says in what."""

    case_id: UUID
    provider: str
    kind: CaseKind
    settlement_id: UUID | None
    position: int | None
    amount_minor: int
    currency: str
    order_id: UUID | None
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeCase:
    case_id: UUID
    reason: str


@command
def record_booking(message: RecordBooking) -> bool:
    """Records an entry; the same id again changes nothing. Returns whether it is new.

    Raises:
        EntryUnbalanced, BookingUnsound, AccountUnknown: it cannot be an entry.
    """
    if load_or_none(Booking, message.booking_id) is not None:
        return False
    booking = Booking.record(
        message.booking_id,
        reason=message.reason,
        memo=message.memo,
        currency=message.currency,
        legs=message.legs,
        provider=message.provider,
        order_id=message.order_id,
        order_number=message.order_number,
        due_minor=message.due_minor,
        evidence=message.evidence,
    )
    save(booking)
    return True


def book_at(moment: datetime, message: RecordBooking) -> bool:
    """Records what a provider did at a moment, which is when it became true."""
    with acting(actor=f"provider:{message.provider}", effective_at=moment):
        return record_booking(message)


@command
def open_case(message: OpenCase) -> bool:
    """Opens a case, or opens it again if both sides had agreed; returns whether it did."""
    case = load_or_none(Case, message.case_id)
    if case is None:
        case = Case.open(
            message.case_id,
            provider=message.provider,
            case=message.kind,
            settlement_id=message.settlement_id,
            position=message.position,
            amount_minor=message.amount_minor,
            currency=message.currency,
            order_id=message.order_id,
            evidence=message.evidence,
        )
    else:
        case.differ()
    if not case.pending_events:
        return False
    save(case)
    return True


@command
def agree_case(message: AgreeCase) -> None:
    """Ends a case because both sides say the same now; ended already: nothing."""
    case = load_or_none(Case, message.case_id)
    if case is None:
        return
    case.agree(message.reason)
    if case.pending_events:
        save(case)
