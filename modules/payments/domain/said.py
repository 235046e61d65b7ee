"""What a provider says, as the shop reads it, and what can become of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

type ReportKind = Literal[
    "challenged",
    "authorised",
    "declined",
    "failed",
    "captured",
    "capture-failed",
    "voided",
    "void-failed",
    "refunded",
    "refund-failed",
    "refund-reversed",
    "lapsed",
    "adjusted",
    "disputed",
    "dispute-won",
    "dispute-lost",
    "noted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One statement of a provider about one attempt or operation of one payment.

    `attempt_id` is set for challenged, authorised, declined, failed, lapsed and adjusted,
    `operation_id` for the rest: ids we gave, or for what nobody here asked for (`unasked`, and
    disputes) ids derived from the provider's names. `amount_minor` None means the provider does not
    say; `held_minor` is what it still holds of the authorisation, if it says so.
    """

    kind: ReportKind
    payment_id: UUID
    attempt_id: UUID | None = None
    operation_id: UUID | None = None
    provider_reference: str = ""
    amount_minor: int | None = None
    currency: str
    redirect_url: str = ""
    message: str = ""
    occurred_at: datetime | None = None
    held_minor: int | None = None
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Literal["applied", "repeated", "waiting", "refused", "noted"]
    reason: str = ""


APPLIED = Verdict("applied")
REPEATED = Verdict("repeated")


def wrong_amount(report: Report, expected_minor: int) -> Verdict:
    """Returns the refusal of an amount that is not what was asked for."""
    return Verdict(
        "refused", f"It says {report.amount_minor} minor units; {expected_minor} were asked for."
    )
