"""The payments' read model: one row a payment, folded by the aggregate's own events."""

from collections.abc import Sequence
from typing import Any

import msgspec

from events.projections import Projection, register
from events.store import RecordedEvent
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


def _columns(payment: Payment) -> dict[str, Any]:
    return {
        "reference": payment.state.reference,
        "provider": payment.state.provider,
        "status": payment.state.status,
        "state": msgspec.to_builtins(payment.state),
    }


def state_of(row: PaymentRow) -> PaymentState:
    """Returns the folded state that a row keeps."""
    return msgspec.convert(row.state, PaymentState)


register(Payments())
