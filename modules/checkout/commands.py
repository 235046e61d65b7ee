"""Placing an order and paying for it."""

from uuid import UUID

from django.conf import settings

from events.commands import command
from events.privacy.secrets import subject_of
from modules.carts.commands import close_cart, set_codes
from modules.carts.contracts import Cart, CartClosed, CloseCart, SetCodes
from modules.carts.selectors import cart as cart_of
from modules.checkout.contracts import (
    CartChanged,
    CartEmpty,
    ChangeMethod,
    Checkout,
    CheckoutIncomplete,
    EnterCode,
    Placed,
    RemoveCode,
)
from modules.checkout.gathering import Gathered, gather, wrong
from modules.inventory.commands import reserve
from modules.inventory.contracts import OutOfStock, Reserve, StockLine
from modules.kernel.clock import now
from modules.kernel.errors import Conflict
from modules.kernel.identity import derived_id, new_id, new_order_number
from modules.kernel.wording import written
from modules.orders import commands as orders
from modules.orders.contracts import Contact, OrderStepRefused, PlaceOrder
from modules.orders.selectors import order_detail, order_status, order_token
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
from modules.pricing.contracts import Quote
from modules.pricing.selectors import taken_off
from modules.promotions.commands import check_code, claim_uses
from modules.promotions.contracts import CheckCode, ClaimUses, Used
from modules.promotions.selectors import as_typed

# A payment in one of these states can be started (again); the others are decided.
OPEN = frozenset({"requested", "pending", "declined", "failed"})
ENDED = frozenset({"voided", "expired"})


@command
def place_order(message: Checkout, *, read: Cart | None = None) -> Placed:
    """Turns a cart into an order with its payment opened, in one transaction, or not at all.

    Stock is reserved until `settings.RESERVATION_PERIOD` from now. The same `order_id` again
    answers what was placed the first time. `read` is the cart, if it was read already: it is closed
    at that version or not at all.

    Raises:
        CartNotFound, CartClosed, CartEmpty: there is nothing to order.
        CheckoutIncomplete: an address, the delivery or the payment method cannot be used.
        CartChanged: the total is not what the shopper saw.
        OutOfStock: a line cannot be had in this quantity (any more).
        VoucherSpent, BudgetSpent: somebody else used the last of it at this moment.
    """
    cart = read or cart_of(message.cart_id)
    if cart.order_id == message.order_id:
        return placed_before(cart.order_id)
    if cart.order_id is not None:
        raise CartClosed("This basket has already been ordered.", order_id=cart.order_id)
    if not cart.lines:
        raise CartEmpty("Your basket is empty: add a piece before ordering.")
    found = gather(
        cart,
        country=message.delivery_address.country,
        method_code=message.method_code,
        email=message.email,
        fresh=True,
        pictures=False,
    )
    try:
        check(message, found)
        quote = sound_quote(message, found)
    except Conflict:
        # It may be this very order, placed since the cart was read, that took the last units.
        if cart_of(message.cart_id).order_id == message.order_id:
            return placed_before(message.order_id)
        raise
    return place(message, cart, quote)


def placed_before(order_id: UUID) -> Placed:
    order = order_detail(order_id)
    return Placed(
        order_id=order.id,
        number=order.number,
        payment_id=payments_of(order.id)[0].id,
        total_minor=order.total_minor,
        currency=order.currency,
        token=order_token(order.id),
        outcome="already-placed",
    )


def check(message: Checkout, found: Gathered) -> None:
    """Raises what is missing or wrong before anything is touched."""
    missing = wrong(message.delivery_address, "delivery_address")
    if message.billing_address is not None:
        missing |= wrong(message.billing_address, "billing_address")
    if found.chosen is None:
        missing["delivery_address.country"] = "We do not deliver there: choose another country"
    elif found.chosen.method_code != message.method_code:
        missing["method_code"] = "This way of delivery is not offered there: choose another"
    if message.payment_method not in {method.code for method in payment_methods()}:
        missing["payment_method"] = "Choose one of the offered ways to pay"
    if missing:
        raise CheckoutIncomplete("; ".join(missing.values()) + ".", missing=missing)
    for line in found.lines:
        if line.problem and line.quantity > line.available:
            raise OutOfStock(
                f"{line.title}: {line.problem}",
                sku=line.sku,
                requested=line.quantity,
                available=line.available,
            )


def sound_quote(message: Checkout, found: Gathered) -> Quote:
    """Returns the quote to order by.

    Raises:
        CartChanged: a line cannot be sold any more, or the total moved.
    """
    seen = message.expected_total_minor
    if found.quote is None or found.problems:
        raise CartChanged(
            " ".join(found.problems), seen_minor=seen, now_minor=None, notes=found.problems
        )
    if found.quote.total_minor != seen:
        notes = tuple(
            f"{line.title} now costs {written(line.unit_price)}, it was {written(line.price_was)}."
            for line in found.lines
            if line.price_was is not None
        )
        notes += tuple(
            f"“{verdict.label}” is not taken off: {verdict.reason}."
            for verdict in found.decision.verdicts
            if not verdict.applies and (verdict.voucher or " ended on " in verdict.reason)
        )
        raise CartChanged(
            " ".join(("The total has changed; please look at it again.", *notes)),
            seen_minor=seen,
            now_minor=found.quote.total_minor,
            notes=notes,
        )
    return found.quote


def place(message: Checkout, cart: Cart, quote: Quote) -> Placed:
    """Writes everything: stock in SKU order, vouchers, then the two streams, then the cart."""
    number, payment_id = new_order_number(), new_id()
    reserve(
        Reserve(
            reference=message.order_id,
            lines=tuple(StockLine(sku=line.sku, quantity=line.quantity) for line in quote.lines),
            expires_at=now() + settings.RESERVATION_PERIOD,
        )
    )
    claim(message, cart, quote)
    orders.place_order(
        PlaceOrder(
            order_id=message.order_id,
            number=number,
            cart_id=cart.id,
            customer_id=message.customer_id,
            contact=Contact(
                email=message.email,
                delivery_address=message.delivery_address,
                billing_address=message.billing_address or message.delivery_address,
            ),
            quote=quote,
        )
    )
    request_payment(
        RequestPayment(
            payment_id=payment_id,
            reference=message.order_id,
            description=description(number),
            provider=message.payment_method,
            amount_minor=quote.total_minor,
            currency=quote.currency,
        )
    )
    close_cart(CloseCart(cart_id=cart.id, order_id=message.order_id, expected_version=cart.version))
    return Placed(
        order_id=message.order_id,
        number=number,
        payment_id=payment_id,
        total_minor=quote.total_minor,
        currency=quote.currency,
        token=order_token(message.order_id),
        outcome="placed",
    )


def claim(message: Checkout, cart: Cart, quote: Quote) -> None:
    """Counts what the order uses of vouchers and campaigns against their limits."""
    uses = tuple(
        Used(
            promotion=row.code,
            version=row.version,
            voucher=row.voucher,
            amount_minor=row.amount_minor,
        )
        for row in taken_off(quote)
    )
    if uses:
        claim_uses(
            ClaimUses(
                order_id=message.order_id,
                subject=subject_of(cart.customer_id or message.customer_id, message.email),
                currency=quote.currency,
                uses=uses,
            )
        )


def enter_code(message: EnterCode) -> str:
    """Puts a voucher into a basket and returns its code; the same one again counts once.

    Raises:
        TooManyTries: too many wrong codes from there.
        VoucherUnknown: not a code that can be used.
        CartNotFound, CartClosed, TooManyCodes: the basket does not take it.
    """
    cart = cart_of(message.cart_id)
    code = check_code(CheckCode(code=message.code, tried_by=message.tried_by))
    set_codes(SetCodes(cart_id=cart.id, codes=(*cart.codes, code)))
    return code


def remove_code(message: RemoveCode) -> None:
    """Takes a voucher out of a basket; one that is not in it changes nothing.

    Raises:
        CartNotFound, CartClosed: the basket cannot be changed.
    """
    cart = cart_of(message.cart_id)
    left = tuple(code for code in cart.codes if code != as_typed(message.code))
    set_codes(SetCodes(cart_id=cart.id, codes=left))


def description(number: str) -> str:
    return f"{settings.SHOP_NAME} order {number}"


def pay(*, order_id: UUID, provider: str, attempt_id: UUID, return_url: str) -> NextStep:
    """Starts, or after a decline starts again, the payment of an order at its provider.

    Choosing another provider ends the unfinished payment and opens one there. The provider is
    called outside any transaction; not a command itself, it must not run inside one.

    Raises:
        OrderNotFound: no such order.
        OrderStepRefused: the order is cancelled.
        ProviderUnknown: no such payment method.
        ProviderUnavailable: no answer; the outcome is asked for later.
    """
    found = payments_of(order_id)
    refuse_cancelled(order_id, found)
    if provider not in {method.code for method in payment_methods()}:
        raise ProviderUnknown("Choose one of the offered ways to pay.", provider=provider)
    payment = found[-1]
    if payment.status not in OPEN | ENDED:
        return NextStep(payment_id=payment.id, status=payment.status, message=payment.message)
    if payment.provider != provider or payment.status in ENDED:
        # Derived, so that the same press of a button twice opens one payment.
        opened = derived_id("checkout.payment", order_id, attempt_id)
        payment_id = change_method(
            ChangeMethod(order_id=order_id, payment_id=opened, provider=provider)
        )
    else:
        payment_id = payment.id
    return start_payment(
        StartPayment(payment_id=payment_id, attempt_id=attempt_id, return_url=return_url)
    )


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
    """Ends the order's unfinished payments and opens one at another provider; returns its id.

    A payment that was made in this very moment is kept and returned instead.

    Raises:
        OrderNotFound: no such order.
    """
    order = order_detail(message.order_id)
    found = payments_of(message.order_id)
    for payment in found:
        if payment.id == message.payment_id or payment.status not in OPEN | ENDED:
            return payment.id
    for payment in found:
        if payment.status in OPEN:
            void_payment(VoidPayment(payment_id=payment.id, reason="another way to pay was chosen"))
    request_payment(
        RequestPayment(
            payment_id=message.payment_id,
            reference=order.id,
            description=description(order.number),
            provider=message.provider,
            amount_minor=order.due_minor,
            currency=order.currency,
        )
    )
    return message.payment_id
