"""The test bank: an outside party with its own books, which may also misbehave.

Everything here runs in the bank's own transaction. `durable` makes that a rule: called inside a
transaction of the shop, it fails at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.db import transaction

from modules.kernel.clock import now
from modules.kernel.identity import derived_id
from modules.payments.contracts import (
    BankDecision,
    BankMishap,
    BankSession,
    BankSessionNotFound,
    DecisionUnknown,
    ProviderUnavailable,
)
from modules.payments.domain.provider import Operate, Start
from modules.payments.gateways.testbank import messages
from modules.payments.models import BankOperation, BankRecord, BankTrouble

# How long the bank keeps its decision to itself when it was told to approve late.
LATE = timedelta(seconds=15)


def open_session(request: Start) -> BankRecord:
    """Opens a session for an attempt; the same attempt again finds it.

    Raises:
        ProviderUnavailable: as a mishap asks for.
    """
    with _mishaps(request.payment_id, "start"), transaction.atomic(durable=True):
        opened = BankRecord(
            id=derived_id("testbank.session", request.attempt_id),
            attempt_id=request.attempt_id,
            payment_id=request.payment_id,
            description=request.description,
            amount_minor=request.amount_minor,
            currency=request.currency,
            return_url=request.return_url,
            created_at=now(),
        )
        BankRecord.objects.bulk_create([opened], ignore_conflicts=True)
        return BankRecord.objects.get(attempt_id=request.attempt_id)


def operate(kind: str, request: Operate) -> BankOperation:
    """Captures, voids or refunds once for each operation id, and notifies of it.

    Raises:
        ProviderUnavailable: as a mishap asks for, or the session never arrived here.
    """
    with _mishaps(request.payment_id, kind) as refuse, transaction.atomic(durable=True):
        record = (
            BankRecord.objects.select_for_update().filter(attempt_id=request.attempt_id).first()
        )
        if record is None:
            return _nothing_here(kind, request)
        known = BankOperation.objects.filter(id=request.operation_id).first()
        if known:
            return known
        amount_minor, message = _apply(kind, record, request.amount_minor, refuse=refuse)
        operation = BankOperation(
            id=request.operation_id,
            session=record,
            kind=kind,
            amount_minor=amount_minor,
            accepted=not message,
            message=message,
            created_at=now(),
        )
        operation.save(force_insert=True)
        record.save()
        messages.send(messages.about_operation(record, operation))
    return operation


def look_up(payment_id: UUID, attempt_id: UUID) -> BankRecord | None:
    """Returns the session of an attempt. Raises: ProviderUnavailable: as a mishap asks for."""
    with _mishaps(payment_id, "find"):
        return BankRecord.objects.filter(attempt_id=attempt_id).first()


def money_moved(since: datetime | None) -> Iterable[BankOperation]:
    """Returns every capture and refund since a moment that the bank carried out."""
    found = BankOperation.objects.filter(accepted=True, kind__in=("capture", "refund"))
    if since is not None:
        found = found.filter(created_at__gte=since)
    return found.select_related("session").order_by("created_at", "id").iterator()


def status_shown(record: BankRecord) -> str:
    """Returns what the bank says of a session: a decision it keeps for later does not show."""
    if record.decided_at is not None and record.decided_at > now():
        return "challenged"
    return record.status


def session(session_id: str) -> BankSession:
    """Returns what the bank's page shows. Raises: BankSessionNotFound."""
    record = _record(session_id)
    return BankSession(
        id=record.id,
        merchant=settings.SHOP_NAME,
        description=record.description,
        amount_minor=record.amount_minor,
        currency=record.currency,
        status=record.status,  # type: ignore[arg-type]  # only these are ever stored
        second_step=record.second_step,
        return_url=record.return_url,
    )


def decide(session_id: str, decision: str) -> str:
    """Does what the person at the bank's page chose; returns where the browser goes next.

    A session that is decided stays as it is.

    Raises:
        BankSessionNotFound, DecisionUnknown: the page offers neither.
    """
    if decision not in get_args(BankDecision.__value__):
        raise DecisionUnknown(f"The bank cannot {decision!r}.", decision=decision)
    with transaction.atomic(durable=True):
        record = _record(session_id, lock=True)
        if record.status not in ("open", "challenged"):
            return record.return_url
        if decision == "challenge":
            record.status, record.second_step = "challenged", True
            record.save()
            return urljoin(record.return_url, f"/bank/{record.id}/")
        record.status = "declined" if decision == "decline" else "authorised"
        record.decided_at = now() + (LATE if decision == "approve-late" else timedelta())
        record.save()
        _announce(record, decision)
    if decision == "timeout":
        misbehave(BankMishap(payment_id=record.payment_id, operation="find", mishap="unreachable"))
    return record.return_url


def misbehave(mishap: BankMishap) -> None:
    """Arranges a mishap; one arranged before for the same call is replaced."""
    with transaction.atomic(durable=True):
        BankTrouble.objects.update_or_create(
            payment_id=mishap.payment_id,
            operation=mishap.operation,
            defaults={"mishap": mishap.mishap, "remaining": mishap.times},
        )


def _announce(record: BankRecord, decision: str) -> None:
    message = messages.about_decision(record)
    if decision == "timeout":
        return
    messages.send(message, due_at=record.decided_at)
    if decision == "approve-twice":
        messages.send(message, due_at=record.decided_at, copy="again")
        messages.send({**message, "id": f"{message['id']}-b"}, due_at=record.decided_at)


def _record(session_id: str, *, lock: bool = False) -> BankRecord:
    try:
        wanted = UUID(session_id)
    except ValueError:
        raise BankSessionNotFound("The bank knows no such session.") from None
    rows = BankRecord.objects.select_for_update() if lock else BankRecord.objects.all()
    record = rows.filter(id=wanted).first()
    if record is None:
        raise BankSessionNotFound("The bank knows no such session.")
    return record


def _apply(kind: str, record: BankRecord, asked_minor: int, *, refuse: bool) -> tuple[int, str]:
    """Books an operation; returns its amount, and why it was not booked if it was not."""
    if refuse:
        return asked_minor, "The bank refused."
    authorised = record.status == "authorised"
    voidable = (
        record.amount_minor - record.captured_minor - record.voided_minor if authorised else 0
    )
    if kind == "void":
        record.voided_minor += voidable
        record.status = "authorised" if authorised else "cancelled"
        # A second void of the same money answers as the first did.
        return voidable or record.voided_minor, ""
    left = voidable if kind == "capture" else record.captured_minor - record.refunded_minor
    if not 0 < asked_minor <= left:
        return asked_minor, f"The bank has {left} left to {kind}."
    if kind == "capture":
        record.captured_minor += asked_minor
    else:
        record.refunded_minor += asked_minor
    return asked_minor, ""


def _nothing_here(kind: str, request: Operate) -> BankOperation:
    if kind != "void":
        raise ProviderUnavailable("The bank does not know this payment yet.")
    return BankOperation(
        id=request.operation_id, kind=kind, amount_minor=0, accepted=True, created_at=now()
    )


@contextmanager
def _mishaps(payment_id: UUID, operation: str) -> Iterator[bool]:
    """Lets an arranged mishap happen around a call; yields whether the bank is to say no."""
    mishap = _next_mishap(payment_id, operation)
    if mishap == "unreachable":
        raise ProviderUnavailable("The bank did not answer.")
    yield mishap == "refused"
    if mishap == "reply-lost":
        raise ProviderUnavailable("The bank's answer got lost.")


def _next_mishap(payment_id: UUID, operation: str) -> str:
    arranged = BankTrouble.objects.filter(
        payment_id=payment_id, operation=operation, remaining__gt=0
    )
    if not arranged.exists():
        return ""
    with transaction.atomic(durable=True):
        trouble = arranged.select_for_update().first()
        if trouble is None:
            return ""
        trouble.remaining -= 1
        trouble.save()
        return trouble.mishap
