"""Entries that a provider's lines make by themselves: fees, payouts, disputes and rounding."""

from modules.kernel.identity import derived_id
from modules.ledger import statements
from modules.ledger.domain import accounts
from modules.ledger.domain.booking import BookedLeg, Reason
from modules.ledger.domain.judging import Ours
from modules.ledger.models import SettlementRow
from modules.ledger.recording import RecordBooking, book_at

# The other side of what leaves the clearing account by itself.
LEAVING: dict[str, tuple[Reason, str, str]] = {
    "fee": ("fee", accounts.FEES, "Fee"),
    "payout": ("payout", accounts.BANK, "Payout"),
    "dispute": ("dispute", accounts.DISPUTES, "Dispute"),
}


def book_leaving(row: SettlementRow) -> int:
    """Books what leaves a provider's clearing account by itself; returns 1 if that is new."""
    reason, account, words = LEAVING[row.kind]
    message = RecordBooking(
        booking_id=derived_id("ledger.booking", row.id),
        reason=reason,
        memo=f"{words} of {row.provider}, {row.description or row.record}"[:200],
        currency=row.currency,
        legs=(
            BookedLeg(account, row.amount_minor),
            BookedLeg(accounts.settlement(row.provider), -row.amount_minor),
        ),
        provider=row.provider,
        evidence={"settlement": str(row.id), "record": row.record},
    )
    new = book_at(row.occurred_at, message)
    statements.mark_booked([row.id])
    return int(new)


def book_rounding(row: SettlementRow, ours: Ours, theirs_less_ours: int) -> int:
    """Books what the provider's rounding makes of an amount as an entry of its own."""
    more_here = theirs_less_ours if row.kind == "charge" else -theirs_less_ours
    message = RecordBooking(
        booking_id=derived_id("ledger.booking", row.id),
        reason="rounding",
        memo=f"Rounded by {row.provider}, order {ours.number}",
        currency=row.currency,
        legs=(
            BookedLeg(accounts.settlement(row.provider), more_here),
            BookedLeg(accounts.ROUNDING, -more_here),
        ),
        provider=row.provider,
        order_id=ours.order_id,
        order_number=ours.number,
        evidence={"settlement": str(row.id), "record": row.record, "entry": ours.position},
    )
    new = book_at(row.occurred_at, message)
    statements.mark_booked([row.id], ours.position)
    return int(new)
