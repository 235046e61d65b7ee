"""Stripe's notifications: verified over the raw bytes, read into reports.

Verification is the SDK's (HMAC-SHA256 over time and body, in constant time), with each of our
secrets, so that one can be exchanged while both are in use. The body is read only after it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import stripe
from django.conf import settings
from django.db.models.fields.json import KeyTextTransform

from modules.payments.contracts import NotificationRefused
from modules.payments.domain.provider import Notice
from modules.payments.domain.reports import Report
from modules.payments.gateways.stripe import reading
from modules.payments.gateways.stripe.objects import (
    DisputeObject,
    Intent,
    Letter,
    RefundObject,
    Session,
    read,
)
from modules.payments.gateways.stripe.reading import identifier
from modules.payments.gateways.stripe.service import Refusal, ask, client, is_live
from modules.payments.models import ProviderReport

TOLERANCE_SECONDS = 300


def verify(header: str, body: bytes, now: datetime) -> None:
    """Requires a signature by one of our secrets, at most 300 seconds away from `now`.

    Raises:
        NotificationRefused: none, wrong, or of another time.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16 and header.isascii()):
        raise NotificationRefused("The signature header is missing or unreadable.")
    if not any(_fits(header, body, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise NotificationRefused("The signature does not fit the body.")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise NotificationRefused("The message is older or newer than five minutes.")


def _fits(header: str, body: bytes, secret: str) -> bool:
    try:
        # The time is compared by us, in both directions.
        stripe.WebhookSignature.verify_header(body, header, secret, None)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def open_letter(body: bytes) -> Notice:
    """Reads a verified notification.

    Raises:
        NotificationRefused: no event of Stripe's, or of the other mode (test or live).
    """
    try:
        letter = msgspec.json.decode(body, type=Letter)
        if letter.livemode != is_live():
            raise NotificationRefused("The message is of the other mode (test or live) than ours.")
        reader = READERS.get(letter.type)
        reports = reader(letter) if reader else ()
        kept = _without_persons(letter) if reports else None
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise NotificationRefused("The body is not an event of Stripe's.") from error
    return Notice(key=letter.id[:180], reports=reports, kept=kept)


def _without_persons(letter: Letter) -> bytes:
    """Returns what is kept of a letter: Stripe writes names and addresses into some of them."""
    thing = msgspec.json.decode(letter.data.object, type=dict[str, Any])
    plain = {name: thing[name] for name in KEPT if name in thing}
    said = {"id": letter.id, "type": letter.type, "created": letter.created}
    return msgspec.json.encode({**said, "livemode": letter.livemode, "object": plain})


def _session(letter: Letter) -> tuple[Report, ...]:
    session = msgspec.json.decode(letter.data.object, type=Session)
    payment_id, attempt_id = _ours(session.tags)
    if payment_id is None or attempt_id is None:
        return ()
    report = reading.about_session(session, payment_id, attempt_id)
    if report.kind == "challenged":
        # Whether money is held is said by the intent's own events; this only ends the page.
        report = _note(report, "The shopper finished the page at Stripe.")
    return (report,)


def _intent(letter: Letter) -> tuple[Report, ...]:
    intent = msgspec.json.decode(letter.data.object, type=Intent)
    payment_id, attempt_id = _ours(intent.tags)
    if payment_id is None or attempt_id is None:
        return ()
    at = letter.occurred_at
    report = reading.about_intent(intent, payment_id, attempt_id, at=at)
    if report.kind == "authorised" and intent.is_manual and intent.amount_received:
        return (report, *reading.captures(intent, payment_id, at=at))
    void_id = identifier(intent.tags.get("void_id"))
    if intent.status == "canceled" and void_id:
        given_back = intent.minor(intent.amount - intent.amount_received)
        charged = reading.was_charged(intent)
        return (
            Report(
                kind="voided",
                payment_id=payment_id,
                operation_id=void_id,
                provider_reference=intent.id,
                amount_minor=given_back if charged else 0,
                currency=intent.currency_code,
                occurred_at=at,
            ),
        )
    if report.kind == "challenged":
        error = intent.last_payment_error
        report = _note(report, (error and error.message) or f"Stripe: {intent.status}")
    return (report,)


def _refund(letter: Letter) -> tuple[Report, ...]:
    refund = msgspec.json.decode(letter.data.object, type=RefundObject)
    payment_id = _ours(refund.tags)[0] or _payment_by_intent(refund.payment_intent)
    if payment_id is None:
        return ()
    report = reading.about_refund(refund, payment_id, at=letter.occurred_at, later=True)
    if refund.tags.get("kind") == "void":
        report = _note(report, "Given back by a refund, because Stripe had captured it at once.")
    return (report,)


def _dispute(letter: Letter) -> tuple[Report, ...]:
    dispute = msgspec.json.decode(letter.data.object, type=DisputeObject)
    payment_id = _payment_by_intent(dispute.payment_intent)
    if payment_id is None:
        return ()
    return (reading.about_dispute(dispute, payment_id, event=letter.type, at=letter.occurred_at),)


def _note(report: Report, message: str) -> Report:
    return replace(report, kind="noted", message=message)


def _ours(tags: dict[str, str]) -> tuple[UUID | None, UUID | None]:
    return identifier(tags.get("payment_id")), identifier(tags.get("attempt_id"))


def _payment_by_intent(name: str | None) -> UUID | None:
    """Returns the payment of an intent: a dispute names nothing else.

    One that overtook everything else we heard of the payment is looked up at Stripe, which is asked
    to write again where it does not answer.

    Raises:
        ProviderUnavailable: it does not.
    """
    if not name:
        return None
    rows = ProviderReport.objects.annotate(name=KeyTextTransform("provider_reference", "content"))
    found = rows.filter(provider="stripe", name=name).order_by()
    known = found.values_list("payment_id", flat=True).first()
    if known:
        return known
    try:
        intent = read(ask(lambda: client().v1.payment_intents.retrieve(name)), Intent)
    except Refusal:
        return None
    return _ours(intent.tags)[0]


KEPT = (
    "id",
    "object",
    "status",
    "amount",
    "amount_capturable",
    "amount_received",
    "amount_total",
    "currency",
    "metadata",
    "payment_intent",
    "reason",
    "failure_reason",
    "cancellation_reason",
)
READERS: dict[str, Callable[[Letter], tuple[Report, ...]]] = {
    "checkout.session.completed": _session,
    "checkout.session.expired": _session,
    "checkout.session.async_payment_failed": _session,
    "payment_intent.amount_capturable_updated": _intent,
    "payment_intent.succeeded": _intent,
    "payment_intent.canceled": _intent,
    "payment_intent.payment_failed": _intent,
    "payment_intent.processing": _intent,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refund.updated": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
}
