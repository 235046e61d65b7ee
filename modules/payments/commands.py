"""What can be done with payments.

Whatever asks something of a provider has three phases: the intent is recorded in a transaction,
the provider is called outside any transaction, and its answer is recorded in another one. A process
may die between any two of them; an effect written with the intent takes it from there.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings

from events.bulk import Bulk, Occasion
from events.commands import command
from events.context import acting
from events.errors import VersionConflict
from events.outbox import emit
from events.privacy.erasing import destroy_keys
from events.repository import load_or_none, save
from modules.kernel.clock import now
from modules.kernel.identity import derived_id
from modules.payments import inbox, past, tallies
from modules.payments.beginning import begin
from modules.payments.calls import outside_transaction
from modules.payments.contracts import (
    BankMishap,
    CapturePayment,
    NextStep,
    NotificationRefused,
    PaymentStepRefused,
    RefundPayment,
    RequestPayment,
    SetMessageAside,
    StartPayment,
    VoidPayment,
)
from modules.payments.domain.payment import Payment
from modules.payments.hearing import Hear, ask, keep, load_payment
from modules.payments.hearing import hear_settlement as hear_settlement
from modules.payments.performing import call_start
from modules.payments.performing import perform_outstanding as perform_outstanding
from modules.payments.performing import resolve_unknown as resolve_unknown
from modules.payments.performing import settle as settle
from modules.payments.projections import fold_again, payment_ids
from modules.payments.providers import gateway, gateways, pretend_bank

log = structlog.get_logger(__name__)

BODY_LIMIT_BYTES = 256 * 1024
# How long a page may take to start a payment itself before a worker does it.
START_GRACE = timedelta(seconds=30)


def request_payment(message: RequestPayment) -> None:
    """Opens a payment in the caller's transaction; the same one again changes nothing.

    Raises:
        ProviderUnknown: no such way to pay.
        AmountRefused: nothing to pay.
    """
    provider = gateway(message.provider)
    payment = Payment.request(
        message.payment_id,
        reference=message.reference,
        description=message.description,
        provider=message.provider,
        amount_minor=message.amount_minor,
        currency=message.currency,
        subject=message.subject,
    )
    try:
        save(payment)
    except VersionConflict:
        if load_or_none(Payment, message.payment_id) is None:
            raise
        return
    if not provider.needs_shopper:
        emit(
            "payments.start",
            key=str(message.payment_id),
            due_at=now() + START_GRACE,
            payment_id=message.payment_id,
        )


def start_payment(message: StartPayment) -> NextStep:
    """Begins an attempt at the provider and returns what the shopper does next.

    The same attempt again asks the provider again under the same key, if it has no outcome yet. A
    shopper who comes back from an unfinished attempt is sent to where it goes on. No answer leaves
    the payment pending: it is asked for later.

    Raises:
        PaymentNotFound, ProviderUnknown: nothing to start, or nobody to start it at.
        PaymentStepRefused: paid, or ended.
    """
    outside_transaction()
    with acting(command_id=None):
        begun = begin(message)
        if begun.unanswered:
            ask(load_payment(message.payment_id), gateway(begun.provider))
            begun = begin(message)
        return call_start(begun) if begun.start else begun.step


def start_unattended(payment_id: UUID) -> None:
    """Starts a payment that needs no shopper and that nobody started yet."""
    if load_payment(payment_id).status == "requested":
        attempt_id = derived_id("payments.start", payment_id)
        start_payment(StartPayment(payment_id=payment_id, attempt_id=attempt_id, return_url=""))


@command
def capture_payment(message: CapturePayment) -> None:
    """Asks for money that is authorised; a worker, or `settle`, has the provider take it.

    Raises:
        PaymentNotFound, PaymentStepRefused, AmountRefused, RequestDiffers.
    """
    payment = load_payment(message.payment_id)
    payment.request_capture(message.capture_id, message.amount_minor)
    _save_and_settle_later(payment, message.capture_id)


@command
def void_payment(message: VoidPayment) -> None:
    """Gives back what is authorised and not captured, or ends an unfinished payment.

    Raises:
        PaymentNotFound, PaymentStepRefused: unknown, or captured already.
    """
    payment = load_payment(message.payment_id)
    payment.request_void(message.reason, expired=message.expired)
    void = payment.state.pending_void
    _save_and_settle_later(payment, void.id if void else None)


@command
def refund_payment(message: RefundPayment) -> None:
    """Asks to give captured money back; a worker, or `settle`, has the provider do it.

    Raises:
        PaymentNotFound, PaymentStepRefused, AmountRefused, RequestDiffers.
    """
    payment = load_payment(message.payment_id)
    payment.request_refund(message.refund_id, message.amount_minor, message.reason)
    _save_and_settle_later(payment, message.refund_id)


def record_past_payment(bulk: Bulk, message: RequestPayment, occasion: Occasion) -> None:
    """Records a payment of the past as asked for, promised and captured; no provider hears of it.

    Raises:
        AmountRefused: nothing was paid.
    """
    past.pay(bulk, message, occasion)


def record_past_refund(bulk: Bulk, message: RefundPayment, occasion: Occasion) -> None:
    """Records that money was given back; `check_past_refund` said before that it can be."""
    past.refund(bulk, message, occasion)


def check_past_refund(bulk: Bulk, message: RefundPayment) -> None:
    """Answers nothing where `record_past_refund` may follow.

    Raises:
        PaymentNotFound: `bulk` holds no such payment.
        AmountRefused: more than is left of what was captured.
    """
    past.check_refund(bulk, message)


def forget_words(references: Collection[UUID], until: datetime) -> None:
    """Drops what staff and providers said of these payments' people up to a moment.

    In the caller's transaction, after the keys of these people were destroyed. Words that were
    recorded before payments said whose they are, are the payment's own.
    """
    payments = payment_ids(references)
    destroy_keys(payments, until)
    fold_again(payments)
    inbox.forget_words(payments, until)


@command
def set_message_aside(message: SetMessageAside) -> None:
    """Sets a refused message of a provider aside with a reason; it moves no money now or later.

    Raises:
        MessageNotFound, MessageNotParked: there is none, or nobody has to look at it.
        AsideReasonMissing: fewer than ten characters are no reason.
    """
    inbox.set_aside(message)


def mark_paid(payment_id: UUID) -> None:
    """Records that the money of an invoice arrived.

    Raises:
        PaymentNotFound: no such payment.
        PaymentStepRefused: its provider takes the money itself, or nothing is authorised.
    """
    payment = load_payment(payment_id)
    if not gateway(payment.state.provider).manual:
        raise PaymentStepRefused(
            "Only money that arrives by itself is marked paid; capture this payment instead.",
            step="mark-paid",
            status=payment.status,
        )
    capture_id = derived_id("payments.mark_paid", payment_id)
    capture_payment(CapturePayment(payment_id=payment_id, capture_id=capture_id))
    settle(payment_id)


def receive_notification(provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """Takes in a provider's notification; returning means it is stored, and may be acknowledged.

    Verified on the raw bytes and stored before it is looked at. What cannot be applied is kept
    with the reason, so that a provider is never made to repeat itself for an error of ours.

    Raises:
        ProviderUnknown, NotificationRefused: not from a provider of ours. Nothing was stored.
    """
    source = gateway(provider)
    try:
        if len(body) > BODY_LIMIT_BYTES:
            raise NotificationRefused(f"A notification has at most {BODY_LIMIT_BYTES} bytes.")
        notice = source.read_notification(
            {name.lower(): text for name, text in headers.items()}, body
        )
    except NotificationRefused as refusal:
        log.warning("notification refused", provider=provider, why=refusal.message)
        tallies.count(f"notification-refused:{provider}")
        raise
    if not notice.reports:
        tallies.count(f"notification-foreign:{provider}")
        return
    payment_id = notice.reports[0].payment_id
    with acting(command_id=None, actor=f"provider:{provider}"):
        keep(
            Hear(
                provider=provider,
                source="notification",
                payment_id=payment_id,
                reports=notice.reports,
                key=notice.key,
                body=body,
                kept=notice.kept,
            )
        )
        try:
            fold_reports(payment_id)
        except Exception:
            log.exception("notification stored, to be folded later", payment=str(payment_id))


@command
def fold_reports(payment_id: UUID) -> None:
    """Applies all that was said about a payment and is not decided yet."""
    inbox.fold_waiting(payment_id)


def try_to_pay(provider: str, *, order: UUID, session: str, address: str) -> int:
    """Counts a try to pay; returns 0, or in how many seconds another is welcome.

    Asked before an outside provider is called. `session` is what tells browsers apart and may be
    empty, `address` the network address that our own proxy saw (`modules.wire.neighbourhood`).
    """
    outside = any(each.code == provider and not each.local for each in gateways())
    if not settings.GUEST_LIMITS or not outside:
        return 0
    sources = {"order": str(order), "session": session, "address": address}
    kind = tallies.try_to_pay(sources)
    if kind:
        log.warning("tries to pay held back", by=kind)
    return tallies.seconds_left() if kind else 0


def bank_decide(session_id: str, decision: str) -> str:
    """Does at the test bank what the person at its page chose; returns the address to go to next.

    Raises:
        BankSessionNotFound, DecisionUnknown: the page offers neither.
    """
    with acting(command_id=None, actor="testbank"):
        return pretend_bank().decide(session_id, decision)


def bank_mishap(mishap: BankMishap) -> None:
    """Has the test bank misbehave at its next call of a kind, for tests and demonstrations."""
    pretend_bank().misbehave(mishap)


def _save_and_settle_later(payment: Payment, operation_id: UUID | None) -> None:
    if not payment.pending_events:
        return
    save(payment)
    if operation_id:
        emit("payments.settle", key=str(operation_id), payment_id=payment.id)
