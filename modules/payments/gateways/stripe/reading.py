"""From Stripe's objects to reports: one reading for answers, enquiries and notifications."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from modules.kernel.identity import derived_id
from modules.payments.domain.reports import Report
from modules.payments.gateways.stripe.objects import (
    Charge,
    DisputeObject,
    Intent,
    RefundObject,
    Session,
)

# One tag for each capture, its amount as the value; Stripe's names have at most 40 characters.
CAPTURE = "capture_"
GONE = "Stripe does not hold the authorised amount any more."
UNFINISHED = "The payment was not finished at Stripe."


def identifier(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def about_session(session: Session, payment_id: UUID, attempt_id: UUID) -> Report:
    """Returns where an attempt stands, from its Checkout Session with the intent expanded."""
    if isinstance(session.payment_intent, Intent) and session.status == "complete":
        return about_intent(session.payment_intent, payment_id, attempt_id)
    kind, url, message = "challenged", session.url or "", ""
    if session.status == "expired":
        kind, url, message = "failed", "", UNFINISHED
    return Report(
        kind="failed" if kind == "failed" else "challenged",
        payment_id=payment_id,
        attempt_id=attempt_id,
        provider_reference=session.id,
        amount_minor=session.minor(session.amount_total),
        currency=session.currency_code,
        redirect_url=url,
        message=message,
    )


def about_intent(
    intent: Intent, payment_id: UUID, attempt_id: UUID, *, at: datetime | None = None
) -> Report:
    """Returns whether an attempt was authorised; what was captured of it is said elsewhere."""
    frame = Report(
        kind="challenged",
        payment_id=payment_id,
        attempt_id=attempt_id,
        provider_reference=intent.id,
        currency=intent.currency_code,
        occurred_at=at,
    )
    if intent.status == "requires_capture":
        held = intent.amount_capturable + intent.amount_received
        return _changed(frame, kind="authorised", amount_minor=intent.minor(held))
    if intent.status == "succeeded":
        amount = intent.amount if intent.is_manual else intent.amount_received
        return _changed(frame, kind="authorised", amount_minor=intent.minor(amount))
    if intent.status == "canceled":
        if was_charged(intent):
            return _changed(frame, kind="lapsed", message=GONE)
        return _changed(frame, kind="failed", message=UNFINISHED)
    return frame


def was_charged(intent: Intent) -> bool:
    charge = intent.latest_charge
    if isinstance(charge, Charge):
        return charge.status == "succeeded"
    return bool(charge)


def captures(intent: Intent, payment_id: UUID, *, at: datetime | None = None) -> Iterator[Report]:
    """Yields what was captured: what we asked for by its tag, else as somebody else's doing."""
    asked = {
        operation_id: int(value)
        for name, value in intent.tags.items()
        if name.startswith(CAPTURE) and value.isdecimal() and len(value) < 16
        if (operation_id := identifier(name.removeprefix(CAPTURE)))
    }
    received = intent.minor(intent.amount_received)
    unasked = not asked
    if unasked:
        asked = {derived_id("stripe.capture", intent.id): received or 0}
    elif len(asked) == 1:
        # Our tag says what was asked; what was taken, Stripe says.
        asked = dict.fromkeys(asked, received or 0)
    fits = sum(asked.values()) == received
    for operation_id, amount_minor in asked.items():
        yield Report(
            kind="captured",
            payment_id=payment_id,
            operation_id=operation_id,
            provider_reference=intent.id,
            amount_minor=amount_minor if fits else None,
            currency=intent.currency_code,
            occurred_at=at,
            held_minor=intent.minor(intent.amount_capturable),
            unasked=unasked,
        )


def about_refund(
    refund: RefundObject, payment_id: UUID, *, at: datetime | None = None, later: bool = False
) -> Report:
    """Returns whether money was given back; `later`: a failure then takes back an earlier yes."""
    operation_id = identifier(refund.tags.get("operation_id"))
    failed = refund.status in ("failed", "canceled")
    bad = "refund-reversed" if later else "refund-failed"
    return Report(
        kind=("refund-reversed" if bad == "refund-reversed" else "refund-failed")
        if failed
        else "refunded",
        payment_id=payment_id,
        operation_id=operation_id or derived_id("stripe.refund", refund.id),
        provider_reference=refund.payment_intent or "",
        amount_minor=refund.minor(refund.amount),
        currency=refund.currency_code,
        message=f"Stripe: {refund.failure_reason or refund.status}" if failed else "",
        occurred_at=at,
        unasked=operation_id is None,
    )


def about_dispute(
    dispute: DisputeObject, payment_id: UUID, *, event: str, at: datetime | None = None
) -> Report:
    """Returns what a dispute does to the money; an inquiry does nothing yet."""
    reason = f"Dispute {dispute.id}: {dispute.reason or 'no reason given'}"
    frame = Report(
        kind="noted",
        payment_id=payment_id,
        operation_id=derived_id("stripe.dispute", dispute.id),
        provider_reference=dispute.payment_intent or "",
        amount_minor=dispute.minor(dispute.amount),
        currency=dispute.currency_code,
        message=reason,
        occurred_at=at,
    )
    if event.endswith("funds_reinstated") or dispute.status == "won":
        return _changed(frame, kind="dispute-won")
    if dispute.status == "lost":
        return _changed(frame, kind="dispute-lost")
    if dispute.status.startswith("warning") and not event.endswith("funds_withdrawn"):
        return _changed(frame, message=f"{reason} (an inquiry, no money moved)")
    return _changed(frame, kind="disputed")


def _changed(report: Report, **changes: object) -> Report:
    return replace(report, **changes)  # type: ignore[arg-type]
