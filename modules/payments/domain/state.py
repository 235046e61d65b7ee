"""What is known of a payment, and the sums that follow from it. Assigned only by events."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from modules.payments.contracts import PaymentStatus

type AttemptStatus = Literal[
    "started", "challenged", "cancelled", "failed", "declined", "authorised", "surplus", "released"
]

# What a provider says of one attempt only ever moves up this ladder, so that its messages may
# arrive in any order: an authorisation overtakes an older refusal and is never taken back by one.
RANKS: dict[AttemptStatus, int] = {
    "started": 0,
    "challenged": 1,
    "cancelled": 2,
    "failed": 3,
    "declined": 4,
    "authorised": 5,
    "surplus": 5,
    "released": 6,
}


class Attempt(msgspec.Struct):
    """One try to have the amount authorised. Its id is the provider's idempotency key."""

    id: UUID
    status: AttemptStatus = "started"
    provider_reference: str = ""
    redirect_url: str = ""

    @property
    def is_live(self) -> bool:
        """True while the provider may still answer either way."""
        return self.status in ("started", "challenged")

    def settle(self, status: AttemptStatus, provider_reference: str = "") -> None:
        """Assigns an outcome; there is nothing more for the shopper to do at the provider."""
        self.status = status
        self.provider_reference = provider_reference or self.provider_reference
        self.redirect_url = ""

    def rises_to(self, status: AttemptStatus) -> bool:
        return RANKS[status] > RANKS[self.status]


class Operation(msgspec.Struct):
    """A capture, void or refund that was requested. Its id is the provider's idempotency key.

    A void's amount is known when it is done: whatever was still open then.
    """

    id: UUID
    amount_minor: int = 0
    reason: str = ""
    status: Literal["requested", "done", "failed", "reversed"] = "requested"
    message: str = ""


class Dispute(msgspec.Struct):
    """A charge-back: while it is open or lost, the money is with the bank of who paid."""

    id: UUID
    amount_minor: int
    reason: str
    status: Literal["open", "won", "lost"] = "open"


class PaymentState(msgspec.Struct):
    """The folded state of one payment; amounts in minor units of `currency`."""

    reference: UUID
    provider: str
    description: str
    currency: str
    amount_minor: int
    attempts: list[Attempt] = []
    captures: list[Operation] = []
    voids: list[Operation] = []
    refunds: list[Operation] = []
    authorised_minor: int = 0
    captured_minor: int = 0
    voided_minor: int = 0
    refunded_minor: int = 0
    lapsed_minor: int = 0
    charged_back_minor: int = 0
    disputes: list[Dispute] = []
    adjusted_at: datetime | None = None
    closed: Literal["", "voided", "expired"] = ""
    message: str = ""

    def attempt(self, attempt_id: UUID | None) -> Attempt | None:
        return next((each for each in self.attempts if each.id == attempt_id), None)

    def capture(self, capture_id: UUID | None) -> Operation | None:
        return next((each for each in self.captures if each.id == capture_id), None)

    def void(self, void_id: UUID | None) -> Operation | None:
        return next((each for each in self.voids if each.id == void_id), None)

    def refund(self, refund_id: UUID | None) -> Operation | None:
        return next((each for each in self.refunds if each.id == refund_id), None)

    def dispute(self, dispute_id: UUID | None) -> Dispute | None:
        return next((each for each in self.disputes if each.id == dispute_id), None)

    @property
    def pending_void(self) -> Operation | None:
        return next((each for each in self.voids if each.status == "requested"), None)

    @property
    def live_attempt(self) -> Attempt | None:
        """The attempt whose outcome is still open; there is never more than one."""
        return next((each for each in self.attempts if each.is_live), None)

    @property
    def authorised_attempt(self) -> Attempt | None:
        return next((each for each in self.attempts if each.status == "authorised"), None)

    @property
    def provider_reference(self) -> str:
        """How the provider calls the attempt that counts: the authorised one, or else the last."""
        counting = self.authorised_attempt or (self.attempts[-1] if self.attempts else None)
        return counting.provider_reference if counting else ""

    @property
    def pending_captures_minor(self) -> int:
        return sum(each.amount_minor for each in self.captures if each.status == "requested")

    @property
    def pending_refunds_minor(self) -> int:
        return sum(each.amount_minor for each in self.refunds if each.status == "requested")

    @property
    def open_minor(self) -> int:
        """Authorised and neither captured, voided, lapsed, nor asked to be captured."""
        gone = self.voided_minor + self.lapsed_minor
        return self.authorised_minor - self.captured_minor - gone - self.pending_captures_minor

    @property
    def capturable_minor(self) -> int:
        return 0 if self.pending_void else self.open_minor

    @property
    def left_minor(self) -> int:
        """Captured and neither given back nor charged back."""
        return self.captured_minor - self.refunded_minor - self.charged_back_minor

    @property
    def refundable_minor(self) -> int:
        # A charge-back may take what a refund was already asked of.
        return max(0, self.left_minor - self.pending_refunds_minor)

    @property
    def status(self) -> PaymentStatus:
        if self.captured_minor:
            return self._status_after_capture()
        if self.authorised_minor:
            if self.voided_minor + self.lapsed_minor < self.authorised_minor:
                return "authorised"
            return "expired" if self.lapsed_minor else "voided"
        if self.live_attempt:
            return "pending"
        if self.closed:
            return self.closed
        last = self.attempts[-1].status if self.attempts else ""
        if last == "declined":
            return "declined"
        return "failed" if last == "failed" else "requested"

    def _status_after_capture(self) -> PaymentStatus:
        if self.charged_back_minor and not self.left_minor:
            return "charged-back"
        if self.refunded_minor:
            whole = self.refunded_minor == self.captured_minor
            return "refunded" if whole else "partially-refunded"
        outstanding = self.open_minor + self.pending_captures_minor
        return "partially-captured" if outstanding else "captured"
