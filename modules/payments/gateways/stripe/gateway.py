"""Stripe: the shopper pays on Stripe's own page, and card data never touches the shop.

Every method asks what is true before it changes anything: our ids are written on Stripe's objects
as metadata, so that a repeated call finds what the first one did, however long ago that was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from modules.kernel.clock import now
from modules.payments.contracts import ProviderUnavailable, SettlementRecord
from modules.payments.domain.provider import Find, Notice, Operate, Start
from modules.payments.domain.reports import Report, ReportKind
from modules.payments.gateways.stripe import books, finding, letters, parameters, reading
from modules.payments.gateways.stripe.amounts import AmountUnpayable, to_stripe
from modules.payments.gateways.stripe.objects import (
    Charge,
    Intent,
    RefundObject,
    Session,
    read,
)
from modules.payments.gateways.stripe.service import Refusal, act, client


class Stripe:
    """Cards and wallets by Stripe Checkout."""

    code = "stripe"
    title = "Card or wallet"
    description = "You pay on Stripe's page and come back here."
    needs_shopper = True
    manual = False
    local = False
    # docs.stripe.com/payments/place-a-hold-on-a-payment-method: so long most cards hold an amount.
    authorisation_days = 7

    @property
    def renews(self) -> bool:
        kept: bool = settings.STRIPE_KEEP_CARDS
        return kept

    def start(self, request: Start) -> Report:
        if request.renews:
            return self._renew(request)
        try:
            wanted = parameters.page(request)
            session = act(
                lambda key: client().v1.checkout.sessions.create(wanted, {"idempotency_key": key}),
                str(request.attempt_id),
            )
        except (AmountUnpayable, Refusal) as refusal:
            return _failed(request, str(refusal))
        return reading.about_session(read(session, Session), request.payment_id, request.attempt_id)

    def _renew(self, request: Start) -> Report:
        """Asks the card that Stripe kept for the same amount again."""
        kept = finding.intent_named(request.renews)
        if not kept.customer or not kept.payment_method:
            return _failed(request, "Stripe keeps no card that could be asked again.")
        try:
            wanted = parameters.renewal(request, kept.customer, kept.payment_method)
            made = act(
                lambda key: client().v1.payment_intents.create(wanted, {"idempotency_key": key}),
                str(request.attempt_id),
            )
        except (AmountUnpayable, Refusal) as refusal:
            return replace(_failed(request, str(refusal)), kind="declined")
        return reading.about_intent(read(made, Intent), request.payment_id, request.attempt_id)

    def find(self, request: Find) -> Sequence[Report]:
        found = finding.locate(request.attempt_id, request.provider_reference)
        if found is None:
            return ()
        about = reading.about_intent if isinstance(found, Intent) else reading.about_session
        return (about(found, request.payment_id, request.attempt_id),)  # type: ignore[arg-type]

    def capture(self, request: Operate) -> Report:
        intent = finding.intent_of(request)
        tag = f"{reading.CAPTURE}{request.operation_id.hex}"
        try:
            wanted = to_stripe(request.amount_minor, request.currency)
            if tag not in intent.tags and intent.status == "requires_capture":
                intent = self._capture(intent, tag, wanted, request)
        except (AmountUnpayable, Refusal) as refusal:
            return _answer(request, "capture-failed", str(refusal))
        for said in reading.captures(intent, request.payment_id):
            if said.operation_id == request.operation_id:
                return _answer(
                    request, "captured", amount_minor=said.amount_minor, held=said.held_minor
                )
        return self._adopt(intent, wanted, request)

    def _adopt(self, intent: Intent, wanted: int, request: Operate) -> Report:
        """Takes as captured what Stripe, or somebody in its dashboard, captured without us."""
        held = intent.minor(intent.amount_capturable)
        ours = any(name.startswith(reading.CAPTURE) for name in intent.tags)
        surplus = intent.amount_received - wanted
        if ours or intent.status != "succeeded" or surplus < 0 or (surplus and intent.is_manual):
            return _answer(request, "capture-failed", _why_not(intent), held=held)
        if surplus:
            self._refund(intent, request, surplus, kind="void")
        return _answer(request, "captured", amount_minor=intent.minor(wanted), held=held)

    def _capture(self, intent: Intent, tag: str, amount: int, request: Operate) -> Intent:
        if amount > intent.amount_capturable:
            raise Refusal(f"Stripe holds {intent.minor(intent.amount_capturable)} minor units.")
        charge = intent.latest_charge
        parts = isinstance(charge, Charge) and charge.takes_parts
        final = not parts or amount == intent.amount_capturable
        captured = act(
            lambda key: client().v1.payment_intents.capture(
                intent.id,
                {
                    "amount_to_capture": amount,
                    "metadata": {tag: str(request.amount_minor)},
                    "expand": ["latest_charge"],
                    # Only accounts and cards with multicapture know this parameter.
                    **({} if final else {"final_capture": False}),
                },
                {"idempotency_key": key},
            ),
            str(request.operation_id),
        )
        return read(captured, Intent)

    def void(self, request: Operate) -> Report:
        found = finding.locate(request.attempt_id, request.provider_reference)
        if found is None:
            return _answer(request, "voided", amount_minor=0)
        try:
            if isinstance(found, Session):
                found = self._close(found, request)
            if isinstance(found, Session):
                return _answer(request, "voided", amount_minor=0)
            return self._give_up(found, request)
        except Refusal as refusal:
            return _answer(request, "void-failed", refusal.words)

    def _close(self, session: Session, request: Operate) -> Session | Intent:
        """Ends a page at which nobody can pay then; one that was paid at just now is its intent."""
        if session.status == "open":
            try:
                act(
                    lambda key: client().v1.checkout.sessions.expire(
                        session.id, {}, {"idempotency_key": key}
                    ),
                    str(request.operation_id),
                )
            except Refusal:
                session = finding.session_named(session.id)
                if session.status == "open":
                    raise
        intent = session.payment_intent
        return intent if isinstance(intent, Intent) and session.status == "complete" else session

    def _give_up(self, intent: Intent, request: Operate) -> Report:
        if intent.status == "succeeded" and not intent.is_manual:
            self._refund(intent, request, intent.amount_received, kind="void")
            return _answer(request, "voided", amount_minor=intent.minor(intent.amount_received))
        if intent.status == "processing":
            raise ProviderUnavailable("The payment is still being processed.")
        if intent.status not in ("canceled", "succeeded"):
            client_ = client().v1.payment_intents
            tag = {"void_id": str(request.operation_id)}
            act(
                lambda key: client_.update(intent.id, {"metadata": tag}, {"idempotency_key": key}),
                f"{request.operation_id}:tag",
            )
            act(
                lambda key: client_.cancel(intent.id, {}, {"idempotency_key": key}),
                str(request.operation_id),
            )
        charged = reading.was_charged(intent)
        given_back = intent.minor(intent.amount - intent.amount_received) if charged else 0
        return _answer(request, "voided", amount_minor=given_back)

    def refund(self, request: Operate) -> Report:
        intent = finding.intent_of(request)
        try:
            amount = to_stripe(request.amount_minor, request.currency)
            refund = self._refund(intent, request, amount, kind="refund")
        except (AmountUnpayable, Refusal) as refusal:
            return _answer(request, "refund-failed", str(refusal))
        said = reading.about_refund(refund, request.payment_id)
        kind: ReportKind = "refunded" if said.kind == "refunded" else "refund-failed"
        return _answer(request, kind, said.message, amount_minor=said.amount_minor)

    def _refund(self, intent: Intent, request: Operate, amount: int, *, kind: str) -> RefundObject:
        for each in finding.refunds_of(intent.id):
            if each.tags.get("operation_id") == str(request.operation_id):
                return each
        refund = act(
            lambda key: client().v1.refunds.create(
                {
                    "payment_intent": intent.id,
                    "amount": amount,
                    "metadata": {
                        "payment_id": str(request.payment_id),
                        "operation_id": str(request.operation_id),
                        "kind": kind,
                    },
                },
                {"idempotency_key": key},
            ),
            str(request.operation_id),
        )
        return read(refund, RefundObject)

    def settlements(self, since: datetime | None) -> Iterator[SettlementRecord]:
        return books.lines(since)

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        letters.verify(headers.get("stripe-signature", ""), body, now())
        return letters.open_letter(body)


def _why_not(intent: Intent) -> str:
    words = {
        "canceled": "The authorisation ended before it was captured.",
        "succeeded": "Stripe captured another part of it, and gave the rest back.",
        "requires_payment_method": "The payment was not authorised.",
    }
    return words.get(intent.status, f"Stripe cannot capture it now: {intent.status}.")


def _failed(request: Start, words: str) -> Report:
    return Report(
        kind="failed",
        payment_id=request.payment_id,
        attempt_id=request.attempt_id,
        currency=request.currency,
        message=words,
    )


def _answer(
    request: Operate,
    kind: ReportKind,
    message: str = "",
    *,
    amount_minor: int | None = None,
    held: int | None = None,
) -> Report:
    """Returns what became of an operation; a no repeats the amount that was asked for."""
    refused = kind.endswith("-failed")
    return Report(
        kind=kind,
        payment_id=request.payment_id,
        operation_id=request.operation_id,
        provider_reference=request.provider_reference,
        amount_minor=request.amount_minor if refused else amount_minor,
        currency=request.currency,
        message=message,
        held_minor=held,
    )
