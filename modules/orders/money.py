"""An order's money: what it still owes, taking it, and giving back what is held beyond its worth.

The order says what it is worth, its payments say what they hold; neither knows the other.
"""

from uuid import UUID

from events.context import acting
from events.repository import load
from modules.kernel.identity import derived_id
from modules.orders.domain.order import Order
from modules.orders.domain.shares import Available, share
from modules.payments import commands as payments
from modules.payments.contracts import (
    CapturePayment,
    PaymentDetail,
    Refund,
    RefundPayment,
    RequestDiffers,
    VoidPayment,
)
from modules.payments.selectors import payments_of

NOT_PAID_IN_TIME = "Not paid in time"
# A payment without a promise of money, which can be ended without giving anything back.
UNFINISHED = frozenset({"requested", "pending", "declined", "failed"})

type Found = tuple[PaymentDetail, ...]


def owed_minor(order: Order, found: Found) -> int:
    """Returns what the order is worth and was neither captured nor asked to be, in minor units.

    What was charged back is owed again.
    """
    taken = sum(payment.kept_minor + payment.pending_minor for payment in found)
    return order.state.due_minor - taken


def take(order_id: UUID, key: UUID, at_most_minor: int | None = None) -> None:
    """Asks for what is owed, at most so much, as far as it is authorised; `key` makes it once.

    Payments whose money arrives by itself are left alone: staff record it.
    """
    found = payments_of(order_id)
    left = owed_minor(load(Order, order_id), found)
    if at_most_minor is not None:
        left = min(left, at_most_minor)
    for payment in found:
        amount_minor = min(left, payment.capturable_minor)
        if amount_minor <= 0 or payment.manual:
            continue
        with acting(actor="system", effective_at=None):
            payments.capture_payment(
                CapturePayment(
                    payment_id=payment.id,
                    capture_id=derived_id("orders.capture", key, payment.id),
                    amount_minor=amount_minor,
                )
            )
        left -= amount_minor


def collect(order: Order, capture_id: UUID, amount_minor: int | None) -> None:
    """Asks the payments for authorised money, oldest first; None: what is still owed.

    For whoever names an amount: it is refused where `take` would ask for less.

    Raises:
        AmountRefused: not above zero, or more than is owed or authorised.
    """
    found = payments_of(order.id)
    owed = owed_minor(order, found)
    if amount_minor is None:
        if owed <= 0:
            return
        amount_minor = owed
    limits = [Available(payment.id, payment.capturable_minor) for payment in found]
    for number, part in enumerate(share(amount_minor, limits, "can be captured", at_most=owed)):
        own_id = derived_id(capture_id, part.payment_id) if number else capture_id
        payments.capture_payment(
            CapturePayment(
                payment_id=part.payment_id,
                capture_id=own_id,
                amount_minor=part.amount_minor,
            )
        )


def give_back(order_id: UUID, refund_id: UUID, amount_minor: int, *, reason: str) -> None:
    """Asks the payments to give so much back, oldest first; the same request again: nothing.

    Raises:
        AmountRefused: not above zero, or more than is left of what was captured.
        RequestDiffers: `refund_id` was used for another amount.
    """
    found = payments_of(order_id)
    known = [
        refund.amount_minor
        for payment in found
        for refund in payment.refunds
        if refund.id in (refund_id, derived_id(refund_id, payment.id))
    ]
    if _repeated(known, amount_minor, refund_id):
        return
    parts = share(
        amount_minor,
        [Available(payment.id, payment.refundable_minor) for payment in found],
        "can be refunded",
    )
    for number, part in enumerate(parts):
        own_id = derived_id(refund_id, part.payment_id) if number else refund_id
        payments.refund_payment(
            RefundPayment(
                payment_id=part.payment_id,
                refund_id=own_id,
                amount_minor=part.amount_minor,
                reason=reason,
            )
        )


def is_paid(order: Order, found: Found) -> bool:
    """Tells whether all that the order is worth was captured."""
    return sum(payment.kept_minor for payment in found) >= order.state.due_minor


def is_covered(order: Order, found: Found) -> bool:
    """Tells whether all that the order is worth was captured or is promised."""
    return _held(found) >= order.state.due_minor


def _held(found: Found) -> int:
    return sum(each.kept_minor + each.pending_minor + each.capturable_minor for each in found)


def balance(order_id: UUID) -> None:
    """Gives back what the payments of an order hold beyond its worth, as both are now."""
    balance_found(load(Order, order_id), payments_of(order_id))


def balance_found(order: Order, found: Found) -> None:
    """Gives back what the payments hold beyond what the order is worth.

    What was captured too much is refunded, what is authorised too much is voided, and what is
    unfinished ends once the order is covered or cancelled. Repeating it asks for nothing twice.
    """
    with acting(actor="system", effective_at=None):
        _refund_excess(order, found)
        _void_excess(order, found)


def _refund_excess(order: Order, found: Found) -> None:
    # Refunds that a person decided (a return, a kindness) are not held against a cancellation.
    given_back = sum(
        refund.amount_minor
        for payment in found
        for refund in _own_refunds(order, payment)
        if refund.status != "failed"
    )
    excess = sum(each.kept_minor for each in found) - order.state.due_minor - given_back
    for payment in reversed(found):
        amount_minor = min(excess, payment.refundable_minor)
        if amount_minor <= 0:
            continue
        number = len(_own_refunds(order, payment))
        payments.refund_payment(
            RefundPayment(
                payment_id=payment.id,
                refund_id=_refund_id(order, payment, number),
                amount_minor=amount_minor,
                reason=_why(order, "Part of the order was cancelled"),
            )
        )
        excess -= amount_minor


def _void_excess(order: Order, found: Found) -> None:
    cancelled = order.state.status == "cancelled"
    kept = sum(payment.kept_minor for payment in found)
    still_needed = order.state.due_minor - kept
    # The newest is what the shopper chose last, so that it is the one to keep.
    for payment in reversed(found):
        if payment.status in UNFINISHED:
            if cancelled or is_covered(order, found):
                _void(order, payment)
            continue
        if payment.capturable_minor and still_needed <= 0:
            _void(order, payment)
        still_needed -= payment.capturable_minor + payment.pending_minor


def _void(order: Order, payment: PaymentDetail) -> None:
    reason = _why(order, "No longer needed")
    payments.void_payment(
        VoidPayment(payment_id=payment.id, reason=reason, expired=reason == NOT_PAID_IN_TIME)
    )


def _why(order: Order, otherwise: str) -> str:
    """Returns the reason to give to the payment: never what a person typed, which stays sealed."""
    if order.state.cancel_reason == NOT_PAID_IN_TIME:
        return NOT_PAID_IN_TIME
    return "The order was cancelled" if order.state.cancel_reason else otherwise


def _own_refunds(order: Order, payment: PaymentDetail) -> list[Refund]:
    """The refunds of a payment that balancing asked for: those whose ids count up from zero."""
    by_id = {refund.id: refund for refund in payment.refunds}
    own: list[Refund] = []
    while (refund := by_id.get(_refund_id(order, payment, len(own)))) is not None:
        own.append(refund)
    return own


def _refund_id(order: Order, payment: PaymentDetail, number: int) -> UUID:
    return derived_id("orders.balance", order.id, payment.id, number)


def _repeated(known: list[int], amount_minor: int, request_id: UUID) -> bool:
    if known and sum(known) != amount_minor:
        raise RequestDiffers(
            "This refund was made before with another amount. Use a new id for a new refund.",
            id=request_id,
            amount_minor=sum(known),
        )
    return bool(known)
