"""Every event that can happen to a payment, and what each assigns; whoever records it decides."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from events.aggregate import Event
from events.privacy.marks import Personal
from events.registry import event, unchanged, upcast
from modules.payments.domain.state import Attempt, Dispute, Operation, PaymentState

# Staff and providers may name anybody in what they say.
Words = Annotated[str, Personal("order")]


class PaymentEvent(Event, frozen=True):
    """Each says for what and in which currency, so that it can be read without its stream."""

    reference: UUID
    currency: str


class SpokenEvent(PaymentEvent, frozen=True, kw_only=True):
    """Says why in somebody's words, which are sealed for whose payment it is."""

    reason: Words
    subject: UUID | None = None


class PaymentEvents:
    """What `Payment` nests: `Payment.Requested` and so on, in the order of a payment's life."""

    @event("payments.payment.requested", version=2)
    class Requested(PaymentEvent, frozen=True):
        """`subject` is whose payment it is, which its description does not say."""

        description: str
        provider: str
        amount_minor: int
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.subject = self.subject
            aggregate.state = PaymentState(
                reference=self.reference,
                provider=self.provider,
                description=self.description,
                currency=self.currency,
                amount_minor=self.amount_minor,
            )

    @event("payments.payment.started", version=1)
    class Started(PaymentEvent, frozen=True):
        """An attempt was recorded; from here on the provider may know of it."""

        attempt_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempts.append(Attempt(id=self.attempt_id))
            aggregate.state.message = ""

    @event("payments.payment.challenged", version=1)
    class Challenged(PaymentEvent, frozen=True):
        """The provider wants to see the shopper, at `redirect_url`."""

        attempt_id: UUID
        provider_reference: str
        redirect_url: str

        def apply(self, aggregate: Any) -> None:
            attempt = aggregate.state.attempt(self.attempt_id)
            attempt.status = "challenged"
            attempt.provider_reference = self.provider_reference
            attempt.redirect_url = self.redirect_url

    @event("payments.payment.authorised", version=1)
    class Authorised(PaymentEvent, frozen=True):
        attempt_id: UUID
        provider_reference: str
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempt(self.attempt_id).settle("authorised", self.provider_reference)
            aggregate.state.authorised_minor = self.amount_minor
            aggregate.state.message = ""

    @event("payments.payment.surplus_authorised", version=1)
    class SurplusAuthorised(PaymentEvent, frozen=True):
        """A second attempt was authorised after all; it is given back and never counted."""

        attempt_id: UUID
        provider_reference: str
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempt(self.attempt_id).settle("surplus", self.provider_reference)

    @event("payments.payment.surplus_released", version=1)
    class SurplusReleased(PaymentEvent, frozen=True):
        attempt_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempt(self.attempt_id).status = "released"

    @event("payments.payment.declined", version=2)
    class Declined(SpokenEvent, frozen=True):
        """The provider or the shopper said no to this attempt; another may follow."""

        attempt_id: UUID
        provider_reference: str
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempt(self.attempt_id).settle("declined", self.provider_reference)
            aggregate.state.message = self.reason

    @event("payments.payment.failed", version=2)
    class Failed(SpokenEvent, frozen=True):
        """The attempt came to nothing for a technical reason; another may follow."""

        attempt_id: UUID
        provider_reference: str
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.attempt(self.attempt_id).settle("failed", self.provider_reference)
            aggregate.state.message = self.reason

    @event("payments.payment.expired", version=2)
    class Expired(SpokenEvent, frozen=True):
        """Nobody paid in time; no further attempt is possible."""

        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.closed = "expired"

    @event("payments.payment.capture_requested", version=1)
    class CaptureRequested(PaymentEvent, frozen=True):
        capture_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.captures.append(
                Operation(id=self.capture_id, amount_minor=self.amount_minor)
            )

    @event("payments.payment.captured", version=1)
    class Captured(PaymentEvent, frozen=True):
        capture_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.capture(self.capture_id).status = "done"
            aggregate.state.captured_minor += self.amount_minor

    @event("payments.payment.capture_failed", version=2)
    class CaptureFailed(SpokenEvent, frozen=True):
        capture_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            capture = aggregate.state.capture(self.capture_id)
            capture.status, capture.message = "failed", self.reason
            aggregate.state.message = self.reason

    @event("payments.payment.void_requested", version=2)
    class VoidRequested(SpokenEvent, frozen=True):
        void_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.state.voids.append(Operation(id=self.void_id, reason=self.reason))

    @event("payments.payment.voided", version=2)
    class Voided(SpokenEvent, frozen=True):
        """What was authorised and not captured is given back; zero where nothing was."""

        void_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            void = state.void(self.void_id)
            if void:
                void.status, void.amount_minor = "done", self.amount_minor
            state.voided_minor += self.amount_minor
            if not state.authorised_minor:
                state.closed = "voided"
            if state.live_attempt:
                state.live_attempt.settle("cancelled")

    @event("payments.payment.void_failed", version=2)
    class VoidFailed(SpokenEvent, frozen=True):
        void_id: UUID

        def apply(self, aggregate: Any) -> None:
            void = aggregate.state.void(self.void_id)
            void.status, void.message = "failed", self.reason
            aggregate.state.message = self.reason

    @event("payments.payment.refund_requested", version=2)
    class RefundRequested(SpokenEvent, frozen=True):
        refund_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.refunds.append(
                Operation(id=self.refund_id, amount_minor=self.amount_minor, reason=self.reason)
            )

    @event("payments.payment.refunded", version=2)
    class Refunded(SpokenEvent, frozen=True):
        refund_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.refund(self.refund_id).status = "done"
            aggregate.state.refunded_minor += self.amount_minor

    @event("payments.payment.refund_failed", version=2)
    class RefundFailed(SpokenEvent, frozen=True):
        refund_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            refund = aggregate.state.refund(self.refund_id)
            refund.status, refund.message = "failed", self.reason
            aggregate.state.message = self.reason

    @event("payments.payment.refund_reversed", version=1)
    class RefundReversed(SpokenEvent, frozen=True):
        """A refund that was done came back, such as from a card that does not exist any more."""

        refund_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            refund = aggregate.state.refund(self.refund_id)
            refund.status, refund.message = "reversed", self.reason
            aggregate.state.refunded_minor -= self.amount_minor
            aggregate.state.message = self.reason

    @event("payments.payment.lapsed", version=1)
    class Lapsed(SpokenEvent, frozen=True):
        """The provider holds what was authorised and not captured no longer."""

        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.lapsed_minor += self.amount_minor

    @event("payments.payment.authorisation_adjusted", version=1)
    class AuthorisationAdjusted(SpokenEvent, frozen=True):
        """The authorised amount is `amount_minor` as of a moment; it replaces what it was."""

        amount_minor: int
        stated_at: datetime

        def apply(self, aggregate: Any) -> None:
            aggregate.state.authorised_minor = self.amount_minor
            aggregate.state.adjusted_at = self.stated_at

    @event("payments.payment.charged_back", version=1)
    class ChargedBack(SpokenEvent, frozen=True):
        """The payer disputes the charge, and their bank took the amount meanwhile."""

        dispute_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.disputes.append(
                Dispute(id=self.dispute_id, amount_minor=self.amount_minor, reason=self.reason)
            )
            aggregate.state.charged_back_minor += self.amount_minor

    @event("payments.payment.charge_back_reversed", version=1)
    class ChargeBackReversed(SpokenEvent, frozen=True):
        """The dispute was won, and the amount is ours again."""

        dispute_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.dispute(self.dispute_id).status = "won"
            aggregate.state.charged_back_minor -= self.amount_minor

    @event("payments.payment.charge_back_lost", version=1)
    class ChargeBackLost(SpokenEvent, frozen=True):
        """The dispute was lost: the money stays where it went when it was charged back."""

        dispute_id: UUID
        amount_minor: int

        def apply(self, aggregate: Any) -> None:
            aggregate.state.dispute(self.dispute_id).status = "lost"


# Until version 2 words were stored in clear, and no payment said whose it is.
for _name in (
    "requested declined failed expired capture_failed void_requested voided void_failed"
    " refund_requested refunded refund_failed"
).split():
    upcast(f"payments.payment.{_name}", from_version=1)(unchanged)
