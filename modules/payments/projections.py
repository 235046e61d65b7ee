"""The payments' read model: one row a payment, folded by the aggregate's own events."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.projections import Projection, register
from events.store import RecordedEvent, read_stream
from modules.payments.domain.payment import Payment
from modules.payments.domain.state import PaymentState
from modules.payments.models import PaymentRow


class Payments(Projection):
    """Keeps the aggregate's whole state in the row, so that there is one fold and not two."""

    name = "payments.payments"
    events = (
        Payment.Requested,
        Payment.Started,
        Payment.Challenged,
        Payment.Authorised,
        Payment.SurplusAuthorised,
        Payment.SurplusReleased,
        Payment.Declined,
        Payment.Failed,
        Payment.Expired,
        Payment.CaptureRequested,
        Payment.Captured,
        Payment.CaptureFailed,
        Payment.VoidRequested,
        Payment.Voided,
        Payment.VoidFailed,
        Payment.RefundRequested,
        Payment.Refunded,
        Payment.RefundFailed,
        Payment.RefundReversed,
        Payment.Lapsed,
        Payment.AuthorisationAdjusted,
        Payment.ChargedBack,
        Payment.ChargeBackReversed,
        Payment.ChargeBackLost,
    )
    model = PaymentRow

    def fold(self, state: dict[str, Any] | None, recorded: RecordedEvent) -> dict[str, Any]:
        return self.fold_all(state, (recorded,))

    def fold_all(
        self, state: dict[str, Any] | None, recorded: Sequence[RecordedEvent]
    ) -> dict[str, Any]:
        payment = Payment.blank(recorded[0].stream_id)
        row = state or {"requested_at": recorded[0].effective_at, "times": {}}
        if state is not None:
            payment.state = msgspec.convert(state["state"], PaymentState)
        for each in recorded:
            each.event.apply(payment)
            if isinstance(each.event, Payment.RefundRequested):
                asked_at = each.effective_at.isoformat()
                row["times"] = {**row["times"], str(each.event.refund_id): asked_at}
        return {**row, **_columns(payment)}

    def changes(self, aggregate: Payment, recorded: RecordedEvent) -> dict[str, Any] | None:
        # The times of earlier refunds are in the row alone.
        if isinstance(recorded.event, Payment.RefundRequested):
            return None
        return _columns(aggregate)


def payment_ids(references: Collection[UUID]) -> list[UUID]:
    """Returns the payments for these references, in the order of their ids."""
    found = PaymentRow.objects.filter(reference__in=references).order_by("id")
    return list(found.values_list("id", flat=True))


def fold_again(payment_ids: Iterable[UUID]) -> None:
    """Writes rows anew from their streams, as a rebuild would: after somebody was erased."""
    for payment_id in payment_ids:
        if recorded := read_stream(payment_id):
            PaymentRow.objects.filter(id=payment_id).update(**PAYMENTS.fold_all(None, recorded))


def _columns(payment: Payment) -> dict[str, Any]:
    return {
        "reference": payment.state.reference,
        "provider": payment.state.provider,
        "status": payment.state.status,
        "state": msgspec.to_builtins(payment.state),
    }


def row_of(recorded: Sequence[RecordedEvent]) -> PaymentRow:
    """Returns the row that these events of one payment, from its first, make; it is not stored."""
    columns = PAYMENTS.fold_all(None, recorded)
    return PaymentRow(id=recorded[0].stream_id, version=recorded[-1].version, **columns)


def state_of(row: PaymentRow) -> PaymentState:
    """Returns the folded state that a row keeps."""
    return msgspec.convert(row.state, PaymentState)


PAYMENTS = Payments()
register(PAYMENTS)
