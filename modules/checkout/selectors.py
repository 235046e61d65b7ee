"""What a basket is worth and what checkout shows: read now, kept nowhere."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from modules.carts.contracts import Cart, CartLine
from modules.carts.selectors import cart as cart_of
from modules.checkout.contracts import (
    Basket,
    EnteredCode,
    Review,
    TriedBasket,
    TryBasket,
)
from modules.checkout.funding import applied_cards, is_card
from modules.checkout.gathering import Gathered, gather, wrong, wrong_vat_id
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.payments.selectors import payment_methods
from modules.pricing.selectors import taken_off
from modules.promotions.contracts import Shopper

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def basket(cart_id: UUID) -> Basket:
    """Returns a cart as pages show it, with today's prices and stock.

    Raises:
        CartNotFound: no such cart.
    """
    return basket_of(cart_of(cart_id))


def basket_of(cart: Cart) -> Basket:
    """Returns a cart that was read already as pages show it, with today's prices and stock."""
    return shown(gather(cart))


def shown(found: Gathered) -> Basket:
    return Basket(
        cart=found.cart,
        lines=found.lines,
        quote=found.quote,
        quantity=found.cart.quantity,
        goods=found.goods,
        free_delivery_gap=free_delivery_gap(found),
        notes=tuple(
            f"The price of {line.title} has changed from "
            f"{written(line.price_was)} to {written(line.unit_price)}."
            for line in found.lines
            if line.price_was is not None
        ),
        orderable=bool(found.lines) and not found.problems,
        discounts=taken_off(found.quote) if found.quote else (),
        codes=entered(found),
        gift_cards=applied_cards(found.cart, found.quote.total_minor) if found.quote else (),
        offers=tuple(
            f"{verdict.label}: {verdict.reason}."
            for verdict in found.decision.verdicts
            if verdict.within_reach and not verdict.voucher
        ),
    )


def entered(found: Gathered) -> tuple[EnteredCode, ...]:
    """Returns the basket's vouchers with what each does; one that is over says only that."""
    verdicts = {verdict.voucher: verdict for verdict in found.decision.verdicts}
    return tuple(
        EnteredCode(code=code, label=verdicts[code].label, problem=verdicts[code].reason)
        if code in verdicts
        else EnteredCode(code=code, label="", problem="it cannot be used any more")
        for code in found.cart.codes
        if not is_card(code)
    )


def free_delivery_gap(found: Gathered) -> Money | None:
    """Returns what is missing for free delivery; zero when reached, None where there is none."""
    thresholds = [option.free_from for option in found.options if option.free_from is not None]
    if not thresholds:
        return None
    missing = min(thresholds) - found.goods
    return missing if missing.minor > 0 else Money.zero(found.goods.currency)


def empty_basket(currency: str) -> Basket:
    """Returns the basket of somebody who has not added anything; no query."""
    nothing = Cart(
        id=UUID(int=0),
        token="",
        customer_id=None,
        currency=currency,
        country=settings.SHOP_COUNTRY,
        email="",
        delivery_address=None,
        billing_address=None,
        method_code="",
        lines=(),
        version=0,
        order_id=None,
        updated_at=EPOCH,
    )
    return Basket(
        cart=nothing,
        lines=(),
        quote=None,
        quantity=0,
        goods=Money.zero(currency),
        free_delivery_gap=None,
        notes=(),
        orderable=False,
    )


def try_basket(wanted: TryBasket) -> TriedBasket:
    """Returns what a made-up basket would cost now and which promotions would apply, and why not.

    Nothing is written.
    """
    lines = tuple(
        CartLine(
            id=UUID(int=number),
            sku=sku,
            quantity=quantity,
            unit_price_minor_when_added=0,
            added_at=EPOCH,
        )
        for number, (sku, quantity) in enumerate(wanted.lines)
    )
    cart = replace(
        empty_basket(wanted.currency).cart, lines=lines, codes=wanted.codes, country=wanted.country
    )
    shopper = Shopper(groups=wanted.groups, first_order=wanted.first_order)
    found = gather(cart, pictures=False, shopper=shopper)
    return TriedBasket(
        quote=found.quote,
        verdicts=found.decision.verdicts,
        unknown=tuple(line.sku for line in found.lines if line.sku not in found.listed),
    )


def review(cart_id: UUID) -> Review:
    """Returns all that the one-page checkout shows.

    Raises:
        CartNotFound: no such cart.
    """
    return review_of(cart_of(cart_id))


def review_of(cart: Cart, *, pictures: bool = True) -> Review:
    """Returns what `review` does of a cart that was read already; machines need no pictures."""
    found = gather(cart, pictures=pictures)
    return Review(
        basket=shown(found),
        delivery_options=found.options,
        payment_methods=payment_methods(),
        missing=missing(found),
    )


def missing(found: Gathered) -> dict[str, str]:
    """Returns what the cart still lacks to be ordered, as field -> what to do."""
    cart = found.cart
    result = wrong_vat_id(cart)
    if not cart.email:
        result["email"] = "Enter your e-mail address"
    if cart.delivery_address is None:
        result["delivery_address"] = "Enter where we should deliver"
    else:
        result |= wrong(cart.delivery_address, "delivery_address", found)
    if cart.billing_address is not None:
        result |= wrong(cart.billing_address, "billing_address", found)
    if not cart.method_code:
        result["method_code"] = "Choose how we should deliver"
    return result
