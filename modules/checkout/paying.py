"""Paying for an order: gift cards first, then the way the shopper chose; the provider is called
outside any transaction."""

from uuid import UUID

from django.conf import settings

from events.commands import command
from modules.checkout.contracts import ChangeMethod
from modules.giftcards.contracts import PROVIDER as GIFT_CARD
from modules.kernel.identity import derived_id
from modules.orders.contracts import OrderStepRefused
from modules.orders.selectors import order_detail, order_status, order_subject, unsecured_minor
from modules.payments.commands import request_payment, start_payment, void_payment
from modules.payments.contracts import (
    NextStep,
    PaymentDetail,
    ProviderUnknown,
    RequestPayment,
    StartPayment,
    VoidPayment,
)
from modules.payments.selectors import payment_methods, payments_of

# A payment in one of these states can be started (again); the others are decided.
OPEN = frozenset({"requested", "pending", "declined", "failed"})


def description(number: str) -> str:
    return f"{settings.SHOP_NAME} order {number}"


def pay(*, order_id: UUID, provider: str, attempt_id: UUID, return_url: str) -> NextStep:
    """Starts, or after a decline starts again, the payment of an order at its provider.

    Choosing another provider ends the unfinished payment and opens one there. Where a part is paid,
    or was and is no more (it lapsed, it was charged back), the rest is asked for. The provider is
    called outside any transaction; not a command itself, it must not run inside one.

    Raises:
        OrderNotFound: no such order.
        OrderStepRefused: the order is cancelled.
        ProviderUnknown: no such payment method.
        ProviderUnavailable: no answer; the outcome is asked for later.
    """
    every = payments_of(order_id)
    refuse_cancelled(order_id, every)
    begun = start_gift_cards(every)
    found = tuple(payment for payment in every if payment.provider != GIFT_CARD)
    if not found:
        # Gift cards pay for all of it, or there is nothing to pay.
        return begun or NextStep(payment_id=order_id, status="captured")
    if provider not in {method.code for method in payment_methods()}:
        raise ProviderUnknown("Choose one of the offered ways to pay.", provider=provider)
    payment = found[-1]
    payment_id = payment.id
    if payment.provider != provider or payment.status not in OPEN:
        # Derived, so that the same press of a button twice opens one payment.
        opened = derived_id("checkout.payment", order_id, attempt_id)
        payment_id = change_method(
            ChangeMethod(order_id=order_id, payment_id=opened, provider=provider)
        )
        if payment_id != opened:
            payment = next(each for each in payments_of(order_id) if each.id == payment_id)
            return NextStep(payment_id=payment.id, status=payment.status, message=payment.message)
    return start_payment(
        StartPayment(payment_id=payment_id, attempt_id=attempt_id, return_url=return_url)
    )


def start_gift_cards(found: tuple[PaymentDetail, ...]) -> NextStep | None:
    """Has gift cards promise their part; a worker would, if this process died before it."""
    step = None
    for payment in found:
        if payment.provider == GIFT_CARD and payment.status == "requested":
            attempt_id = derived_id("payments.start", payment.id)
            step = start_payment(
                StartPayment(payment_id=payment.id, attempt_id=attempt_id, return_url="")
            )
    return step


def refuse_cancelled(order_id: UUID, found: tuple[PaymentDetail, ...]) -> None:
    """Raises: OrderNotFound; OrderStepRefused: the order is cancelled."""
    # Cancelling ends an untouched payment in the same transaction, so of one nothing need be asked.
    if found and found[-1].version == 1:
        return
    status = order_status(order_id)
    if status == "cancelled":
        raise OrderStepRefused(
            "This order is cancelled and cannot be paid.", step="pay", status=status
        )


@command
def change_method(message: ChangeMethod) -> UUID:
    """Ends the order's unfinished payments and opens one for what is not paid; returns its id.

    Where nothing is left to pay, the payment that paid it is kept and returned instead.

    Raises:
        OrderNotFound: no such order.
    """
    order = order_detail(message.order_id)
    every = payments_of(message.order_id)
    amount_minor = unsecured_minor(order, every)
    found = [payment for payment in every if payment.provider != GIFT_CARD]
    for payment in found:
        if payment.id == message.payment_id:
            return payment.id
    if not amount_minor:
        return next((each.id for each in reversed(found) if each.status not in OPEN), found[-1].id)
    for payment in found:
        if payment.status in OPEN:
            void_payment(VoidPayment(payment_id=payment.id, reason="another way to pay was chosen"))
    request_payment(
        RequestPayment(
            payment_id=message.payment_id,
            reference=order.id,
            description=description(order.number),
            provider=message.provider,
            amount_minor=amount_minor,
            currency=order.currency,
            subject=order_subject(order.id),
        )
    )
    return message.payment_id
