"""Placing an order and paying for it."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from events.commands import command
from events.privacy.secrets import subject_of
from modules.carts.commands import close_cart
from modules.carts.contracts import Cart, CartClosed, CloseCart
from modules.carts.selectors import cart as cart_of
from modules.checkout.contracts import (
    AppliedCard,
    CartChanged,
    CartEmpty,
    Checkout,
    CheckoutIncomplete,
    Placed,
)
from modules.checkout.entering import enter_code, remove_code
from modules.checkout.funding import applied_cards
from modules.checkout.gathering import Gathered, Shelf, gather, wrong, wrong_vat_id
from modules.checkout.paying import change_method, description, pay
from modules.giftcards.commands import redeem
from modules.giftcards.contracts import PROVIDER as GIFT_CARD
from modules.giftcards.contracts import RedeemGiftCard
from modules.inventory.commands import confirm_reservation, reserve
from modules.inventory.contracts import OutOfStock, Reserve, StockLine
from modules.kernel.clock import now
from modules.kernel.errors import Conflict
from modules.kernel.identity import new_id, new_order_number
from modules.kernel.wording import written
from modules.orders import commands as orders
from modules.orders.contracts import Contact, PlaceOrder
from modules.orders.selectors import order_detail, order_token
from modules.payments.commands import request_payment
from modules.payments.contracts import RequestPayment
from modules.payments.selectors import payment_methods, payments_of
from modules.pricing.contracts import Quote
from modules.pricing.selectors import is_reverse_charged, taken_off
from modules.promotions.commands import claim_uses
from modules.promotions.contracts import ClaimUses, Used

__all__ = [
    "change_method",
    "enter_code",
    "pay",
    "place_order",
    "remove_code",
]


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
    try:
        found = gather(
            cart,
            country=message.delivery_address.country,
            method_code=message.method_code,
            email=message.email,
            pictures=False,
            check=lambda shelf: check(message, shelf, wrong_vat_id(cart)),
        )
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
        payment_id=next((payment.id for payment in payments_of(order.id)[::-1]), order.id),
        total_minor=order.total_minor,
        currency=order.currency,
        token=order_token(order.id),
        outcome="already-placed",
    )


def check(message: Checkout, found: Shelf, missing: dict[str, str]) -> None:
    """Raises what is missing or wrong before anything is touched."""
    missing = missing | wrong(message.delivery_address, "delivery_address", found)
    if message.billing_address is not None:
        missing |= wrong(message.billing_address, "billing_address", found)
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
    number = new_order_number()
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
            vat_id=cart.vat_id if is_reverse_charged(quote) else "",
        )
    )
    payment_id = open_payments(message, cart, quote, description(number))
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


def open_payments(message: Checkout, cart: Cart, quote: Quote, title: str) -> UUID:
    """Takes the gift cards' part off them and opens a payment for each part of the total.

    Returns the payment that the shopper makes; where cards pay for all, the last of theirs. An
    order that costs nothing is confirmed, and has none but its own id.

    Raises:
        CartChanged: the gift cards hold something else than the shopper saw.
        GiftCardSpent: somebody spends a card at this moment.
    """
    applied = [card for card in applied_cards(cart, quote.total_minor) if card.used.minor]
    left = left_to_pay(message, quote, applied)
    payment_id = message.order_id
    for card in applied:
        payment_id = opened(message, GIFT_CARD, card.used.minor, quote, title)
        redeem(
            RedeemGiftCard(
                card_id=card.card_id,
                reference=payment_id,
                amount_minor=card.used.minor,
                currency=quote.currency,
            )
        )
    if left:
        payment_id = opened(message, message.payment_method, left, quote, title)
    if not quote.total_minor:
        confirm_reservation(message.order_id)
        orders.confirm_unowed(message.order_id)
    return payment_id


def left_to_pay(message: Checkout, quote: Quote, applied: Sequence[AppliedCard]) -> int:
    """Returns what gift cards leave to pay. Raises: CartChanged: the shopper saw another amount."""
    left = quote.total_minor - sum(card.used.minor for card in applied)
    seen = message.expected_left_minor
    if seen is not None and seen != left:
        raise CartChanged(
            "What a gift card holds has changed; please look at what is left to pay.",
            seen_minor=seen,
            now_minor=left,
            notes=(),
        )
    return left


def opened(message: Checkout, provider: str, amount_minor: int, quote: Quote, title: str) -> UUID:
    payment_id = new_id()
    request_payment(
        RequestPayment(
            payment_id=payment_id,
            reference=message.order_id,
            description=title,
            provider=provider,
            amount_minor=amount_minor,
            currency=quote.currency,
            subject=subject_of(message.customer_id, message.email),
        )
    )
    return payment_id


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
