"""The payment: what may be asked for it, and the guards before each request of ours.

Requests (start, capture, void, refund) are decisions and are guarded here. What a provider reports
is a fact and is folded by `modules.payments.domain.reports`.
"""

from typing import Self
from uuid import UUID

from events.aggregate import Aggregate
from modules.kernel.identity import derived_id
from modules.payments.contracts import (
    AmountRefused,
    PaymentStatus,
    PaymentStepRefused,
    RequestDiffers,
)
from modules.payments.domain.events import PaymentEvent, PaymentEvents, SpokenEvent
from modules.payments.domain.state import Operation, PaymentState


class Payment(PaymentEvents, Aggregate):
    """One amount asked of one provider for one reference."""

    kind = "payments.payment"
    state: PaymentState
    subject: UUID | None

    @classmethod
    def request(
        cls,
        payment_id: UUID,
        *,
        reference: UUID,
        description: str,
        provider: str,
        amount_minor: int,
        currency: str,
        subject: UUID | None = None,
    ) -> Self:
        """Opens a payment. Raises: AmountRefused: the amount is not above zero."""
        if amount_minor <= 0:
            raise AmountRefused(
                "A payment asks for more than nothing.", amount_minor=amount_minor, limit_minor=0
            )
        return cls._create(
            cls.Requested,
            id=payment_id,
            reference=reference,
            description=description,
            provider=provider,
            amount_minor=amount_minor,
            currency=currency,
            subject=subject,
        )

    @property
    def status(self) -> PaymentStatus:
        return self.state.status

    def start(self, attempt_id: UUID) -> None:
        """Begins an attempt; one that is known already changes nothing.

        Raises:
            PaymentStepRefused: paid, ended, or an earlier attempt has no outcome yet.
        """
        state = self.state
        if state.attempt(attempt_id):
            return
        if state.authorised_minor or state.closed or state.pending_void or state.live_attempt:
            raise self._refused("start")
        self.record(self.Started, attempt_id=attempt_id)

    def request_capture(self, capture_id: UUID, amount_minor: int | None) -> None:
        """Asks for `amount_minor` of what is authorised, or for all that is left.

        The same request again changes nothing; nor does asking for the rest of what is all taken.

        Raises:
            RequestDiffers: `capture_id` was used for another amount.
            PaymentStepRefused: nothing is authorised.
            AmountRefused: not above zero, or above what is left.
        """
        state = self.state
        known = state.capture(capture_id)
        if known:
            _same_amount(known, amount_minor)
            return
        if amount_minor is None:
            if state.captured_minor + state.pending_captures_minor and not state.capturable_minor:
                return
            amount_minor = state.capturable_minor
        if state.voided_minor + state.lapsed_minor == state.authorised_minor:
            raise self._refused("capture")
        _within(amount_minor, state.capturable_minor, "can be captured")
        self.record(self.CaptureRequested, capture_id=capture_id, amount_minor=amount_minor)

    def request_void(self, reason: str, *, expired: bool = False) -> None:
        """Gives back what is authorised and not captured, or ends an unfinished payment.

        Ended already, or on its way: changes nothing. With no attempt in the air there is nobody
        to ask, so that it ends at once; `expired` says that nobody paid in time.

        Raises:
            PaymentStepRefused: everything authorised was captured; refund it instead.
        """
        state = self.state
        if state.pending_void or self._has_ended():
            return
        if state.authorised_minor and not state.open_minor:
            raise self._refused("void")
        void_id = derived_id("payments.void", self.id, self.version)
        if state.open_minor or state.live_attempt:
            self.record(self.VoidRequested, void_id=void_id, reason=reason)
        elif expired:
            self.record(self.Expired, amount_minor=state.amount_minor, reason=reason)
        else:
            self.record(self.Voided, void_id=void_id, amount_minor=0, reason=reason)

    def request_refund(self, refund_id: UUID, amount_minor: int, reason: str) -> None:
        """Asks to give back `amount_minor` of what was captured; the same request again: nothing.

        Raises:
            RequestDiffers: `refund_id` was used for another amount.
            PaymentStepRefused: nothing was captured.
            AmountRefused: not above zero, or above what is left to refund.
        """
        state = self.state
        known = state.refund(refund_id)
        if known:
            _same_amount(known, amount_minor)
            return
        if not state.captured_minor:
            raise self._refused("refund")
        _within(amount_minor, state.refundable_minor, "can be refunded")
        self.record(
            self.RefundRequested, refund_id=refund_id, amount_minor=amount_minor, reason=reason
        )

    def record(self, event_class: type[PaymentEvent], **fields: object) -> None:
        """Records an event that was decided on, with what every event of a payment says."""
        if issubclass(event_class, SpokenEvent):
            fields["subject"] = self.subject
        self.trigger_event(
            event_class,
            reference=self.state.reference,
            currency=self.state.currency,
            **fields,
        )

    def _has_ended(self) -> bool:
        state = self.state
        if state.authorised_minor:
            return state.voided_minor + state.lapsed_minor > 0 and not state.open_minor
        return bool(state.closed)

    def _refused(self, step: str) -> PaymentStepRefused:
        return PaymentStepRefused(
            f"This payment is {self.status}; it cannot {step} now.", step=step, status=self.status
        )


def _same_amount(known: Operation, amount_minor: int | None) -> None:
    if amount_minor is not None and amount_minor != known.amount_minor:
        raise RequestDiffers(
            "This request was made before with another amount. Use a new id for a new request.",
            id=known.id,
            amount_minor=known.amount_minor,
        )


def _within(amount_minor: int, limit_minor: int, what: str) -> None:
    if not 0 < amount_minor <= limit_minor:
        raise AmountRefused(
            f"Between 1 and {limit_minor} minor units {what}.",
            amount_minor=amount_minor,
            limit_minor=limit_minor,
        )
