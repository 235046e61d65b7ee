"""What a line of a provider's own books says about a payment of ours, as a report."""

from events.repository import load_or_none
from modules.payments.contracts import SettlementRecord
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind

KINDS: dict[str, ReportKind] = {"charge": "captured", "refund": "refunded"}


def report_of(provider: str, record: SettlementRecord) -> Report | None:
    """Returns the report of a capture or refund that we asked for and do not know the outcome of.

    None for every other line, and for one that says another amount or currency: what it says moves
    no money, and is for a person to look at.
    """
    if record.payment_id is None or record.operation_id is None or record.kind not in KINDS:
        return None
    payment = load_or_none(Payment, record.payment_id)
    if payment is None or payment.state.provider != provider:
        return None
    state = payment.state
    operation = (
        state.capture(record.operation_id)
        if record.kind == "charge"
        else state.refund(record.operation_id)
    )
    if operation is None or operation.status == "done":
        return None
    if (operation.amount_minor, state.currency) != (record.amount_minor, record.currency):
        return None
    return Report(
        kind=KINDS[record.kind],
        payment_id=payment.id,
        operation_id=operation.id,
        provider_reference=record.provider_reference,
        amount_minor=record.amount_minor,
        currency=record.currency,
        occurred_at=record.occurred_at,
    )
