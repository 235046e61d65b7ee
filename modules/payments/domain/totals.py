"""The sums over all payments of one reference, and one word for them."""

from uuid import UUID

from modules.payments.contracts import PaymentStatus, PaymentTotals
from modules.payments.domain.state import PaymentState

TROUBLED: tuple[PaymentStatus, ...] = ("declined", "failed")


def totals_from(reference: UUID, states: list[PaymentState]) -> PaymentTotals:
    """Returns the sums over these states, which are those of all payments of a reference."""
    captured = sum(each.captured_minor for each in states)
    refunded = sum(each.refunded_minor for each in states)
    pending = sum(each.pending_captures_minor for each in states)
    opened = sum(each.open_minor for each in states)
    return PaymentTotals(
        reference=reference,
        status=_overall(states, captured, refunded, opened + pending),
        authorised_minor=sum(each.authorised_minor for each in states),
        captured_minor=captured,
        refunded_minor=refunded,
        pending_minor=pending,
        open_minor=opened,
        troubled=_troubled(states),
        charged_back_minor=sum(each.charged_back_minor for each in states),
    )


def _overall(
    states: list[PaymentState], captured: int, refunded: int, outstanding: int
) -> PaymentStatus:
    charged_back = sum(each.charged_back_minor for each in states)
    if charged_back and captured == refunded + charged_back:
        return "charged-back"
    if captured:
        if refunded:
            return "refunded" if refunded == captured else "partially-refunded"
        return "partially-captured" if outstanding else "captured"
    if outstanding:
        return "authorised"
    return _last_begun(states)


def _troubled(states: list[PaymentState]) -> bool:
    failures = any(
        operation.status in ("failed", "reversed")
        for state in states
        for operation in (*state.captures, *state.voids, *state.refunds)
    )
    disputed = any(dispute.status != "won" for state in states for dispute in state.disputes)
    return failures or disputed or _last_begun(states) in TROUBLED


def _last_begun(states: list[PaymentState]) -> PaymentStatus:
    # A payment that was only just opened says less than what happened to the one before it.
    begun = (each.status for each in reversed(states) if each.status != "requested")
    return next(begun, "requested")
