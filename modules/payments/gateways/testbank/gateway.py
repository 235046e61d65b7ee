"""The shop's side of the test bank: a stranger's API turned into reports."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin
from uuid import UUID

import msgspec

from modules.kernel.clock import now
from modules.payments.contracts import (
    BankMishap,
    BankSession,
    NotificationRefused,
    SettlementKind,
    SettlementRecord,
)
from modules.payments.domain.provider import Find, Notice, Operate, Start
from modules.payments.domain.reports import Report, ReportKind
from modules.payments.gateways.testbank import bank
from modules.payments.gateways.testbank.messages import KINDS
from modules.payments.gateways.testbank.signature import HEADER, verify
from modules.payments.models import BankOperation, BankRecord


class Wire(msgspec.Struct, frozen=True):
    """A notification's body. Amounts in minor units."""

    id: str
    type: ReportKind
    mode: Literal["test"]
    session: UUID
    payment: UUID
    attempt: UUID | None
    operation: UUID | None
    amount: int
    currency: str
    message: str
    occurred_at: datetime


class TestBank:
    """Pays nobody; shows everything that can happen. For demonstrations and tests."""

    __test__ = False

    code = "testbank"
    title = "Test bank"
    description = "A bank for trying things out: you decide what it says."
    needs_shopper = True
    local = False
    manual = False
    authorisation_days = 0
    renews = False

    def start(self, request: Start) -> Report:
        record = bank.open_session(request)
        return _about(record)

    def capture(self, request: Operate) -> Report:
        return _operated(request, bank.operate("capture", request))

    def void(self, request: Operate) -> Report:
        return _operated(request, bank.operate("void", request))

    def refund(self, request: Operate) -> Report:
        return _operated(request, bank.operate("refund", request))

    def find(self, request: Find) -> Sequence[Report]:
        record = bank.look_up(request.payment_id, request.attempt_id)
        return () if record is None else (_about(record),)

    def settlements(self, since: datetime | None) -> Iterator[SettlementRecord]:
        kinds: dict[str, SettlementKind] = {"capture": "charge", "refund": "refund"}
        for operation in bank.money_moved(since):
            yield SettlementRecord(
                id=str(operation.id),
                kind=kinds[operation.kind],
                amount_minor=operation.amount_minor,
                currency=operation.session.currency,
                occurred_at=operation.created_at,
                payment_id=operation.session.payment_id,
                operation_id=operation.id,
                provider_reference=str(operation.session_id),
                description=operation.session.description,
            )

    def session(self, session_id: str) -> BankSession:
        return bank.session(session_id)

    def decide(self, session_id: str, decision: str) -> str:
        return bank.decide(session_id, decision)

    def misbehave(self, mishap: BankMishap) -> None:
        bank.misbehave(mishap)

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        verify(headers.get(HEADER, ""), body, now())
        try:
            wire = msgspec.json.decode(body, type=Wire)
        except msgspec.DecodeError as error:
            raise NotificationRefused("The body is not a message of the test bank.") from error
        report = Report(
            kind=wire.type,
            payment_id=wire.payment,
            attempt_id=wire.attempt,
            operation_id=wire.operation,
            provider_reference=str(wire.session),
            amount_minor=wire.amount,
            currency=wire.currency,
            message=wire.message,
            occurred_at=wire.occurred_at,
        )
        return Notice(key=wire.id, reports=(report,))


def _about(record: BankRecord) -> Report:
    kinds: dict[str, ReportKind] = {
        "authorised": "authorised",
        "declined": "declined",
        "cancelled": "failed",
    }
    status = bank.status_shown(record)
    kind = kinds.get(status, "challenged")
    messages = {
        "declined": "The bank declined the payment.",
        "failed": "The bank ended the session.",
    }
    return Report(
        kind=kind,
        payment_id=record.payment_id,
        attempt_id=record.attempt_id,
        provider_reference=str(record.id),
        amount_minor=record.amount_minor,
        currency=record.currency,
        redirect_url=urljoin(record.return_url, f"/bank/{record.id}/")
        if kind == "challenged"
        else "",
        message=messages.get(kind, ""),
        occurred_at=record.decided_at if kind in ("authorised", "declined") else None,
    )


def _operated(request: Operate, operation: BankOperation) -> Report:
    kind: ReportKind = KINDS[operation.kind, operation.accepted]  # type: ignore[assignment]
    return Report(
        kind=kind,
        payment_id=request.payment_id,
        operation_id=operation.id,
        provider_reference=request.provider_reference,
        amount_minor=operation.amount_minor,
        currency=request.currency,
        message=operation.message,
        occurred_at=operation.created_at,
    )
