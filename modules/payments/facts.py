"""What the modules above are told of a payment: published facts, each the event of one step."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """What every published fact about a payment says; `amount_minor` is of this step alone."""

    payment_id: UUID
    reference: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAuthorised(PaymentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCaptured(PaymentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDeclined(PaymentFact):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentVoided(PaymentFact):
    """`amount_minor` is zero when nothing had been authorised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFailed(PaymentFact):
    capture_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefunded(PaymentFact):
    refund_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(PaymentFact):
    refund_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(PaymentFact):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentExpired(PaymentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLapsed(PaymentFact):
    """What was authorised and not captured is not held any more: nobody can capture it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReversed(PaymentFact):
    """A refund came back to us: the amount counts as captured and kept again."""

    refund_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChargedBack(PaymentFact):
    """The payer's bank took `amount_minor` of what was captured."""

    dispute_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBackReversed(PaymentFact):
    """A dispute was won: `amount_minor` is ours again."""

    dispute_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBackLost(PaymentFact):
    """A dispute was lost: the charge-back of `amount_minor` is final."""

    dispute_id: UUID
    reason: str
