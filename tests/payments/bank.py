"""A payment at the test bank, and letters that pretend to come from it."""

from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.payments.commands import bank_decide, request_payment, start_payment
from modules.payments.contracts import NextStep, PaymentDetail, RequestPayment, StartPayment
from modules.payments.gateways.testbank.messages import Message
from modules.payments.models import BankRecord
from modules.payments.selectors import payment

AMOUNT = 10_000


def opened(provider: str = "testbank") -> UUID:
    """A payment of 100.00 EUR that nobody started."""
    payment_id = new_id()
    with atomic():
        request_payment(
            RequestPayment(
                payment_id=payment_id,
                reference=new_id(),
                description="Something",
                provider=provider,
                amount_minor=AMOUNT,
                currency="EUR",
            )
        )
    return payment_id


def start(payment_id: UUID, attempt_id: UUID | None = None) -> NextStep:
    return start_payment(
        StartPayment(
            payment_id=payment_id,
            attempt_id=attempt_id or new_id(),
            return_url="https://shop.test/back/",
        )
    )


def decide(step: NextStep, decision: str) -> str:
    return bank_decide(step.redirect_url.rstrip("/").rpartition("/")[2], decision)


def found(payment_id: UUID) -> PaymentDetail:
    return payment(payment_id)


def session(payment_id: UUID) -> BankRecord:
    return BankRecord.objects.get(payment_id=payment_id)


def letter(payment_id: UUID, **changes: Any) -> Message:
    """What the bank writes when it authorised the payment, with `changes`."""
    record = session(payment_id)
    return {
        "id": "letter-1",
        "type": "authorised",
        "mode": "test",
        "session": str(record.id),
        "payment": str(payment_id),
        "attempt": str(record.attempt_id),
        "operation": None,
        "amount": AMOUNT,
        "currency": "EUR",
        "message": "",
        "occurred_at": now().isoformat(),
        **changes,
    }
