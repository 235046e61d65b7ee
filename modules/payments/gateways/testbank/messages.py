"""What the test bank writes to the shop, and when: through effects, at least once, perhaps late."""

from datetime import datetime

from events import codec, outbox
from modules.kernel.clock import now
from modules.kernel.identity import derived_id
from modules.payments.gateways.testbank.signature import HEADER, sign
from modules.payments.models import BankOperation, BankRecord

Message = dict[str, str | int | None]

KINDS = {
    ("capture", True): "captured",
    ("capture", False): "capture-failed",
    ("void", True): "voided",
    ("void", False): "void-failed",
    ("refund", True): "refunded",
    ("refund", False): "refund-failed",
}


def about_decision(record: BankRecord) -> Message:
    """Returns the message that a session was authorised or declined."""
    declined = record.status == "declined"
    return {
        **_frame(record, "declined" if declined else "authorised", record.decided_at or now()),
        "id": str(derived_id("testbank.message", record.id)),
        "attempt": str(record.attempt_id),
        "amount": record.amount_minor,
        "message": "The bank declined the payment." if declined else "",
    }


def about_operation(record: BankRecord, operation: BankOperation) -> Message:
    """Returns the message that money was taken, released or given back, or was not."""
    kind = KINDS[operation.kind, operation.accepted]
    return {
        **_frame(record, kind, operation.created_at),
        "id": str(derived_id("testbank.message", operation.id)),
        "operation": str(operation.id),
        "amount": operation.amount_minor,
        "message": operation.message,
    }


def send(message: Message, *, due_at: datetime | None = None, copy: str = "") -> None:
    """Has a message delivered after the bank's transaction; `copy` makes it one more delivery."""
    outbox.emit(
        "payments.deliver_bank_message",
        key=f"{message['id']}{copy}",
        due_at=due_at,
        message=message,
    )


def post(message: Message) -> tuple[dict[str, str], bytes]:
    """Returns headers and body as they go over the wire at this moment."""
    body = codec.encode(message)
    return {HEADER: sign(body, now())}, body


def _frame(record: BankRecord, kind: str, at: datetime) -> Message:
    return {
        "type": kind,
        "mode": "test",
        "session": str(record.id),
        "payment": str(record.payment_id),
        "attempt": None,
        "operation": None,
        "currency": record.currency,
        "occurred_at": at.isoformat(),
    }
