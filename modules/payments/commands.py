"""What can be done with payments.

Whatever asks something of a provider has three phases: the intent is recorded in a transaction,
the provider is called outside any transaction, and its answer is recorded in another one. A process
may die between any two of them; an effect written with the intent takes it from there.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from events.bulk import Bulk, Occasion
from events.commands import command
from events.context import acting
from events.errors import VersionConflict
from events.outbox import emit
from events.repository import load_or_none, save
from modules.kernel.clock import now
from modules.kernel.identity import derived_id
from modules.payments import inbox, past, settled
from modules.payments.calls import call_provider, outside_transaction, outstanding
from modules.payments.contracts import (
    BankMishap,
    CapturePayment,
    NextStep,
    NotificationRefused,
    PaymentStepRefused,
    ProviderUnavailable,
    ProviderUnknown,
    RefundPayment,
    RequestPayment,
    SettlementRecord,
    StartPayment,
    VoidPayment,
)
from modules.payments.domain.payment import Payment
from modules.payments.domain.provider import Start
from modules.payments.domain.reports import fold
from modules.payments.hearing import Hear, answer, ask, hear, keep, load_payment, next_step
from modules.payments.providers import gateway, pretend_bank

log = structlog.get_logger(__name__)

BODY_LIMIT_BYTES = 64 * 1024
# When an attempt without an outcome is asked about, counted from its start; a shopper at the
# bank's page takes minutes, a lost answer should not.
ENQUIRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 8, 20, 45))
# How long a page may take to start a payment itself before a worker does it.
START_GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """The `number`th question, counted from zero, about an attempt."""

    payment_id: UUID
    attempt_id: UUID
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What beginning an attempt came to: `start` is to be called, or `step` says what goes on.

    `unanswered`: an earlier attempt has no outcome and has to be asked about first.
    """

    provider: str
    step: NextStep
    unanswered: bool
    start: Start | None


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
        begun = _begin(message)
        if begun.unanswered:
            ask(load_payment(message.payment_id), gateway(begun.provider))
            begun = _begin(message)
        return _call_start(message, begun) if begun.start else begun.step


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


def settle(payment_id: UUID) -> None:
    """Has the provider do now what was requested of it, so that a page can show the outcome.

    What it does not answer stays requested; a worker tries again. So does what was asked of a
    provider that is switched off, until somebody switches it on or the effect is given up.
    """
    with suppress(ProviderUnavailable, ProviderUnknown):
        perform_outstanding(payment_id)


def perform_outstanding(payment_id: UUID) -> None:
    """Makes every outstanding call of a payment, those included that its outcomes ask for.

    Raises:
        ProviderUnavailable: at least one was not answered; the others were made.
    """
    outside_transaction()
    tried: set[UUID] = set()
    unanswered: ProviderUnavailable | None = None
    with acting(command_id=None):
        while True:
            payment = load_payment(payment_id)
            provider = gateway(payment.state.provider)
            calls = [call for call in outstanding(payment, provider) if call.id not in tried]
            if not calls:
                break
            tried.add(calls[0].id)
            try:
                hear(answer(provider, call_provider(calls[0].make)))
            except ProviderUnavailable as error:
                unanswered = error
    if unanswered:
        raise unanswered


def resolve_unknown(payment_id: UUID) -> NextStep:
    """Asks the provider about an attempt without an outcome and records what it says.

    Raises:
        PaymentNotFound: no such payment.
        ProviderUnavailable: no answer now either.
    """
    outside_transaction()
    with acting(command_id=None):
        payment = load_payment(payment_id)
        if payment.state.live_attempt:
            ask(payment, gateway(payment.state.provider))
            settle(payment_id)
        return next_step(load_payment(payment_id))


def receive_notification(provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """Takes in a provider's notification; returning means it is stored, and may be acknowledged.

    Verified on the raw bytes and stored before it is looked at. What cannot be applied is kept
    with the reason, so that a provider is never made to repeat itself for an error of ours.

    Raises:
        ProviderUnknown, NotificationRefused: not from a provider of ours. Nothing was stored.
    """
    if len(body) > BODY_LIMIT_BYTES:
        raise NotificationRefused(f"A notification has at most {BODY_LIMIT_BYTES} bytes.")
    notice = gateway(provider).read_notification(
        {name.lower(): value for name, value in headers.items()}, body
    )
    payment_id = notice.report.payment_id
    with acting(command_id=None, actor=f"provider:{provider}"):
        keep(
            Hear(
                provider=provider,
                source="notification",
                payment_id=payment_id,
                reports=(notice.report,),
                key=notice.key,
                body=body,
            )
        )
        try:
            fold_reports(payment_id)
        except Exception:
            log.exception("notification stored, to be folded later", payment=str(payment_id))


def hear_settlement(provider: str, record: SettlementRecord) -> None:
    """Takes a line of a provider's own books as its word on a capture or refund of ours.

    What never reached us is recorded now, as a notification would have been; a line that says
    nothing new, or is about nothing that we asked for, changes nothing.
    """
    outside_transaction()
    with acting(command_id=None):
        report = settled.report_of(provider, record)
        if report is not None:
            message = Hear(
                provider=provider,
                source="enquiry",
                payment_id=report.payment_id,
                reports=(report,),
            )
            hear(message)


@command
def fold_reports(payment_id: UUID) -> None:
    """Applies all that was said about a payment and is not decided yet."""
    inbox.fold_waiting(payment_id)


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


def ask_again(payment_id: UUID, attempt_id: UUID, number: int) -> None:
    """Asks about an attempt for the `number`th time; without an outcome, once more later.

    Raises:
        ProviderUnavailable: no answer; the same question may be repeated.
    """
    step = resolve_unknown(payment_id)
    if step.status == "pending":
        _plan_enquiry(Enquiry(payment_id=payment_id, attempt_id=attempt_id, number=number + 1))


@command
def _begin(message: StartPayment) -> Begun:
    """Records an attempt, unless an earlier one goes on or has to be asked about first."""
    payment = load_payment(message.payment_id)
    state = payment.state
    live = state.live_attempt
    other = live if live and live.id != message.attempt_id else None
    if other is None:
        payment.start(message.attempt_id)
        _ask_local(payment, message)
    attempt = state.attempt(message.attempt_id)
    if payment.pending_events:
        save(payment)
        if attempt and attempt.status == "started":
            _emit_enquiry(Enquiry(payment_id=message.payment_id, attempt_id=message.attempt_id))
    return Begun(
        provider=state.provider,
        step=next_step(payment),
        unanswered=other is not None and not other.redirect_url,
        start=_start_of(payment, message) if attempt and attempt.status == "started" else None,
    )


def _ask_local(payment: Payment, message: StartPayment) -> None:
    """Records the outcome with the attempt, if the provider is no outside party.

    Nothing is unknown in between, so that there is no answer to keep and nothing to ask for later.
    """
    provider, attempt = gateway(payment.state.provider), payment.state.attempt(message.attempt_id)
    if provider.local and attempt and attempt.status == "started":
        verdict = fold(payment, provider.start(_start_of(payment, message)))
        if verdict.outcome != "applied":
            raise ProviderUnavailable(verdict.reason)


def _start_of(payment: Payment, message: StartPayment) -> Start:
    return Start(
        payment_id=payment.id,
        attempt_id=message.attempt_id,
        description=payment.state.description,
        amount_minor=payment.state.amount_minor,
        currency=payment.state.currency,
        return_url=message.return_url,
    )


@command
def _plan_enquiry(message: Enquiry) -> None:
    _emit_enquiry(message)


def _emit_enquiry(message: Enquiry) -> None:
    if message.number < len(ENQUIRIES):
        emit(
            "payments.ask_again",
            key=f"{message.attempt_id}:{message.number}",
            due_at=now() + ENQUIRIES[message.number],
            payment_id=message.payment_id,
            attempt_id=message.attempt_id,
            number=message.number,
        )


def _call_start(message: StartPayment, begun: Begun) -> NextStep:
    request = begun.start
    assert request is not None
    provider = gateway(begun.provider)
    try:
        report = call_provider(lambda: provider.start(request))
    except ProviderUnavailable as error:
        log.warning("payment start unanswered", payment=str(request.payment_id), why=error.message)
        return next_step(load_payment(request.payment_id))
    step = hear(answer(provider, report))
    if step.status == "pending":
        return step
    # What was authorised may be wanted at once, or not at all any more.
    settle(request.payment_id)
    return next_step(load_payment(request.payment_id))


def _save_and_settle_later(payment: Payment, operation_id: UUID | None) -> None:
    if not payment.pending_events:
        return
    save(payment)
    if operation_id:
        emit("payments.settle", key=str(operation_id), payment_id=payment.id)
