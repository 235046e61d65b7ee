"""Payments: what was asked of a provider and what came of it.

A **payment** collects an amount for a `reference` (it never knows that this is an order) through
one **provider**. Each try is an **attempt**, whose id is the provider's idempotency key.
`authorised` is promised, `captured` is taken, `voided` is given back before it was taken,
`refunded` after, `charged back` what the payer's bank took again: refunded + charged back <=
captured <= authorised <= amount, at every event.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.payments.errors import AmountRefused as AmountRefused
from modules.payments.errors import AsideReasonMissing as AsideReasonMissing
from modules.payments.errors import BankSessionNotFound as BankSessionNotFound
from modules.payments.errors import DecisionUnknown as DecisionUnknown
from modules.payments.errors import MessageNotFound as MessageNotFound
from modules.payments.errors import MessageNotParked as MessageNotParked
from modules.payments.errors import NotificationRefused as NotificationRefused
from modules.payments.errors import PaymentNotFound as PaymentNotFound
from modules.payments.errors import PaymentStepRefused as PaymentStepRefused
from modules.payments.errors import ProviderUnavailable as ProviderUnavailable
from modules.payments.errors import ProviderUnknown as ProviderUnknown
from modules.payments.errors import RequestDiffers as RequestDiffers
from modules.payments.facts import CaptureFailed as CaptureFailed
from modules.payments.facts import ChargeBackLost as ChargeBackLost
from modules.payments.facts import ChargeBackReversed as ChargeBackReversed
from modules.payments.facts import PaymentAuthorised as PaymentAuthorised
from modules.payments.facts import PaymentCaptured as PaymentCaptured
from modules.payments.facts import PaymentChargedBack as PaymentChargedBack
from modules.payments.facts import PaymentDeclined as PaymentDeclined
from modules.payments.facts import PaymentExpired as PaymentExpired
from modules.payments.facts import PaymentFact as PaymentFact
from modules.payments.facts import PaymentFailed as PaymentFailed
from modules.payments.facts import PaymentLapsed as PaymentLapsed
from modules.payments.facts import PaymentRefunded as PaymentRefunded
from modules.payments.facts import PaymentVoided as PaymentVoided
from modules.payments.facts import RefundFailed as RefundFailed
from modules.payments.facts import RefundReversed as RefundReversed

type PaymentStatus = Literal[
    "requested",
    "pending",
    "declined",
    "authorised",
    "partially-captured",
    "captured",
    "partially-refunded",
    "refunded",
    "charged-back",
    "voided",
    "failed",
    "expired",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPayment:
    """Opens a payment of `amount_minor` for `reference`; nothing is asked of the provider yet.

    `subject` is whose personal data it may come to hold; None: nobody's that is known.
    """

    payment_id: UUID
    reference: UUID
    description: str
    provider: str
    amount_minor: int
    currency: str
    subject: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    """Begins a new attempt at the provider. `return_url` is where the browser comes back to.

    `renews` is the provider's name of an authorisation to be renewed without the shopper.
    """

    payment_id: UUID
    attempt_id: UUID
    return_url: str
    renews: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePayment:
    """Takes `amount_minor` of what is authorised; None takes all that is left."""

    payment_id: UUID
    capture_id: UUID
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidPayment:
    """Gives back what is authorised and not captured; ends an unfinished payment.

    `expired` says that it ends because nobody paid in time.
    """

    payment_id: UUID
    reason: str
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    payment_id: UUID
    refund_id: UUID
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What the shopper has to do now: nothing, or go to `redirect_url`."""

    payment_id: UUID
    status: PaymentStatus
    redirect_url: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A provider as the shopper sees it at checkout."""

    code: str
    title: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    id: UUID
    amount_minor: int
    reason: str
    status: Literal["requested", "refunded", "failed"]
    message: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDetail:
    """A payment as pages show it; `*_minor` in `currency`. `capturable` and `refundable` are what
    is left to capture and to refund."""

    id: UUID
    reference: UUID
    provider: str
    provider_title: str
    provider_reference: str
    status: PaymentStatus
    currency: str
    amount_minor: int
    authorised_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int
    pending_minor: int
    capturable_minor: int
    refundable_minor: int
    refunds: tuple[Refund, ...]
    message: str
    version: int
    requested_at: datetime
    redirect_url: str = ""
    manual: bool = False
    lapsed_minor: int = 0
    charged_back_minor: int = 0

    @property
    def kept_minor(self) -> int:
        """Captured and not charged back; refunds are not subtracted."""
        return self.captured_minor - self.charged_back_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTotals:
    """All payments of a reference together, `status` in one word for lists of orders.

    `open_minor` is authorised and can still be captured or voided; `troubled` says that something
    was refused, failed or does not fit, and a person should look.
    """

    reference: UUID
    status: PaymentStatus
    authorised_minor: int
    captured_minor: int
    refunded_minor: int
    pending_minor: int
    open_minor: int
    troubled: bool
    charged_back_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One recorded event of a payment, in words."""

    stream_id: UUID
    version: int
    topic: str
    title: str
    detail: str
    actor: str
    recorded_at: datetime
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMessage:
    """Something a provider said, as it was received, and what became of it.

    `source`: answer (to a call of ours), notification, or enquiry (we asked). `outcome`: received
    (not looked at yet), applied, repeated, waiting (for something we have not recorded yet),
    refused (it contradicts what was asked; `reason` says why), noted (it moves no money), or
    set-aside (refused before; a person, `aside_by`, said why nothing is to be done).
    """

    id: UUID
    provider: str
    payment_id: UUID | None
    source: Literal["answer", "notification", "enquiry"]
    kind: str
    amount_minor: int | None
    currency: str
    outcome: Literal["received", "applied", "repeated", "waiting", "refused", "noted", "set-aside"]
    reason: str
    times: int
    received_at: datetime
    aside_by: str = ""
    aside_reason: str = ""
    aside_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMessageAside:
    """Nothing is to be done about a refused message, because of `reason`, which is kept."""

    message_id: UUID
    reason: str


type SettlementKind = Literal["charge", "refund", "fee", "payout", "dispute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRecord:
    """One line of a provider's own books; `id` is its name for it, `amount_minor` above zero.

    A charge is money taken from a shopper, a refund is money given back to one; a fee, a payout and
    a dispute leave what the provider holds for the shop. `operation_id` is our id of the capture or
    refund, where the provider repeats it; `provider_reference` its own name for the payment.
    """

    id: str
    kind: SettlementKind
    amount_minor: int
    currency: str
    occurred_at: datetime
    payment_id: UUID | None = None
    operation_id: UUID | None = None
    provider_reference: str = ""
    description: str = ""


type BankDecision = Literal[
    "approve", "decline", "challenge", "approve-twice", "approve-late", "timeout"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSession:
    """What the test bank's own page shows. `second_step` says that it asked for one more look."""

    id: UUID
    merchant: str
    description: str
    amount_minor: int
    currency: str
    status: Literal["open", "challenged", "authorised", "declined", "cancelled"]
    second_step: bool
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMishap:
    """Makes the test bank misbehave at the next call of a kind, `times` times.

    `unreachable`: no answer, nothing done. `reply-lost`: done, but no answer. `refused`: a no.
    """

    payment_id: UUID
    operation: Literal["start", "capture", "void", "refund", "find"]
    mishap: Literal["unreachable", "reply-lost", "refused"]
    times: int = 1
