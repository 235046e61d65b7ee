"""The inbox: what a provider says is stored first, then folded, whatever way it came."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

import msgspec
import structlog

from events import codec, outbox
from events.context import acting, current_context
from events.database import execute, fetch
from events.repository import load_or_none, save
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.payments import watching
from modules.payments.contracts import (
    AsideReasonMissing,
    MessageNotFound,
    MessageNotParked,
    SetMessageAside,
)
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold
from modules.payments.domain.said import Verdict
from modules.payments.models import ProviderReport

# As of a case of the ledger.
LEAST_REASON = 10

log = structlog.get_logger(__name__)

type Source = Literal["answer", "notification", "enquiry"]


def store(
    provider: str,
    source: Source,
    report: Report,
    *,
    key: str = "",
    body: bytes = b"",
    kept: bytes | None = None,
) -> None:
    """Keeps one message in the caller's transaction; the same one again is only counted.

    `key` is the provider's own name for a message. One that comes back with other content is kept
    as refused: somebody is mistaken, which must be seen and must move no money. What makes it the
    same is the whole `body`, of which `kept` is stored where that is given.
    """
    content = codec.encode(report)
    digest = sha256(body or content).hexdigest()
    outcome, reason = "received", ""
    if key and ProviderReport.objects.filter(provider=provider, key=key).exclude(digest=digest):
        outcome, reason = "refused", "A message of this name came before with other content."
    fetch(
        "INSERT INTO payments_report (id, provider, key, digest, source, payment_id, kind, content,"
        " body, outcome, reason, times, received_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, 1, %s)"
        " ON CONFLICT (provider, key, digest) DO UPDATE SET times = payments_report.times + 1"
        " RETURNING true",
        (
            new_id(),
            provider,
            key,
            digest,
            source,
            report.payment_id,
            report.kind,
            content.decode(),
            (body if kept is None else kept).decode("utf-8", "replace").replace("\0", ""),
            outcome,
            reason,
            now(),
        ),
    )


def fold_waiting(payment_id: UUID) -> Payment | None:
    """Folds all that was said about a payment and is not decided, in the caller's transaction.

    One applied message may be what another waited for, so the rest is looked at again after it.
    Returns the payment as it is then, or None when there was nothing to fold or no such payment.
    """
    rows = list(
        ProviderReport.objects.select_for_update()
        .filter(payment_id=payment_id, outcome__in=("received", "waiting"))
        .order_by("received_at", "id")
    )
    if not rows:
        return None
    payment = load_or_none(Payment, payment_id)
    progress = True
    while rows and progress:
        progress = False
        for row in rows:
            verdict = _fold_one(payment, row)
            if (verdict.outcome, verdict.reason) != (row.outcome, row.reason):
                row.outcome, row.reason = verdict.outcome, verdict.reason
                row.save(update_fields=["outcome", "reason"])
                _alarm(row)
            progress = progress or verdict.outcome == "applied"
            if payment and verdict.outcome == "applied" and row.kind == "authorised":
                watching.plan(payment, UUID(row.content["attempt_id"]))
        rows = [row for row in rows if row.outcome == "waiting"]
    for attempt in payment.state.attempts if payment else ():
        if attempt.status == "surplus":
            outbox.emit("payments.settle", key=f"release-{attempt.id}", payment_id=payment_id)
    return payment


def set_aside(message: SetMessageAside) -> None:
    """Takes a refused message off the list of what a person has to look at, in the caller's
    transaction; it stays in the inbox, and the same one again is only counted.

    Raises:
        MessageNotFound, MessageNotParked: there is none, or nobody has to look at it.
        AsideReasonMissing: fewer than ten characters are no reason.
    """
    reason = " ".join(message.reason.replace("\0", " ").split())[:500]
    if len(reason) < LEAST_REASON:
        raise AsideReasonMissing(
            f"Say why nothing is to be done, in {LEAST_REASON} characters or more."
        )
    row = ProviderReport.objects.select_for_update().filter(id=message.message_id).first()
    if row is None:
        raise MessageNotFound("There is no such message.", message_id=message.message_id)
    if row.outcome != "refused":
        raise MessageNotParked(f"Nobody has to look at this message: it is {row.outcome}.")
    row.outcome, row.aside_reason = "set-aside", reason
    row.aside_by, row.aside_at = current_context().actor, now()
    row.save(update_fields=["outcome", "aside_reason", "aside_by", "aside_at"])


def forget_words(payment_ids: Iterable[UUID], until: datetime) -> None:
    """Drops what providers wrote about payments up to a moment; that they wrote stays known.

    What a decided message said in numbers stays too, and its digest, so that it still counts once.
    """
    execute(
        "UPDATE payments_report SET body = '', content = content || '{\"message\": \"\"}',"
        " aside_reason = ''"
        " WHERE payment_id = ANY (%s) AND received_at <= %s"
        " AND outcome NOT IN ('received', 'waiting')",
        (list(payment_ids), until),
    )


def _fold_one(payment: Payment | None, row: ProviderReport) -> Verdict:
    if payment is None:
        return Verdict("refused", "The shop has no such payment.")
    report = msgspec.convert(row.content, Report)
    verdict = fold(payment, report)
    if payment.pending_events:
        with _speaking(row, report):
            save(payment)
    return verdict


def _alarm(row: ProviderReport) -> None:
    """Says in the log what staff find on their page: a message that contradicts what we know."""
    if row.outcome == "refused":
        log.error(
            "payment message parked",
            provider=row.provider,
            payment=str(row.payment_id),
            kind=row.kind,
            reason=row.reason,
        )


@contextmanager
def _speaking(row: ProviderReport, report: Report) -> Iterator[None]:
    """The provider is who acts, its message the cause, and its moment when it became true."""
    moment = min(report.occurred_at or row.received_at, row.received_at)
    with acting(actor=f"provider:{row.provider}", causation_id=row.id, effective_at=moment):
        yield
