"""The basket: its page, and adding, changing and removing lines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from frontend.csrf import told_by_origin
from frontend.htmx import page, redirect, wants_fragment
from frontend.presenting import shown_basket
from frontend.storefront.shopper import (
    COOKIE,
    COOKIE_PERIOD,
    cart_to_fill,
    current_basket,
    current_cart,
    remember,
)
from modules.carts.commands import add_line, set_quantity
from modules.carts.contracts import AddLine, Cart, CartLine, SetQuantity
from modules.carts.selectors import ordered_with
from modules.catalog.contracts import VariantNotFound
from modules.catalog.selectors import sellable_variants
from modules.checkout.selectors import basket_of
from modules.inventory.selectors import stock_levels
from modules.kernel.errors import DomainError
from modules.orders.selectors import order_token
from modules.pricing.contracts import PriceNotFound
from modules.pricing.selectors import listed_prices


def basket_page(request: HttpRequest) -> HttpResponse:
    return page(request, "storefront/basket.html", {"gone": what_became_of_it(request)})


def what_became_of_it(request: HttpRequest) -> dict[str, str]:
    """Returns the notice for a browser whose basket is not there any more; else nothing."""
    token = request.COOKIES.get(COOKIE, "")
    if not token or current_basket(request).lines or current_cart(request) is not None:
        return {}
    ordered = ordered_with(token)
    if ordered is None:
        return {
            "text": "The basket you had here has moved into an account, or nobody touched it for "
            f"{COOKIE_PERIOD.days} days.",
            "url": reverse("account"),
            "link": "Sign in to see your own.",
        }
    return {
        "text": "What was in it is ordered.",
        "url": reverse("order", args=[order_token(ordered)]),
        "link": "See your order.",
    }


def quantity(text: str) -> int:
    """Reads a quantity; what is no whole number counts as 0, which the command refuses in words."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 7 else 0


@told_by_origin
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    sku, wanted = request.POST.get("sku", "")[:100], quantity(request.POST.get("quantity", "1"))
    try:
        notice = check_stock(request, sku, wanted)
        filled = cart_to_fill(request)
        cart = add_line(
            AddLine(
                cart_id=filled.id,
                sku=sku,
                quantity=wanted,
                unit_price_minor=price_of(sku, filled.currency),
            ),
            read=filled,
        )
    except DomainError as refusal:
        return refused(request, refusal)
    return changed(request, cart, notice, opens_drawer=True)


def price_of(sku: str, currency: str) -> int:
    listed = listed_prices([sku], currency).get(sku)
    if listed is None:
        raise PriceNotFound(
            "This piece has no price at the moment, so it cannot be ordered.", sku=sku
        )
    return listed.price.minor


def check_stock(request: HttpRequest, sku: str, wanted: int) -> str:
    """Returns the words to say when the units were added.

    Raises:
        VariantNotFound: nothing on sale has this SKU.
    """
    variant = sellable_variants([sku]).get(sku)
    if variant is None or not variant.on_sale:
        raise VariantNotFound("This piece is no longer on sale.", sku=sku)
    cart = current_cart(request)
    held = sum(line.quantity for line in cart.lines if line.sku == sku) if cart else 0
    level = stock_levels([sku]).get(sku)
    if level and held + wanted > level.available:
        return f"{variant.title} added. Only {level.available} can be ordered at the moment."
    return f"{variant.title} added to your basket."


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Sets the quantity of a line; zero takes it out."""
    return set_line(request, quantity(request.POST.get("quantity", "")))


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Takes a line out, and offers to put it back."""
    return set_line(request, 0)


def set_line(request: HttpRequest, wanted: int) -> HttpResponse:
    cart = current_cart(request)
    sku = request.POST.get("sku", "")[:100]
    if cart is None:
        return redirect(request, "/cart/")
    gone = next((line for line in cart.lines if line.sku == sku and wanted == 0), None)
    try:
        left = set_quantity(SetQuantity(cart_id=cart.id, sku=sku, quantity=wanted))
    except DomainError as refusal:
        return refused(request, refusal)
    return changed(request, left, "Removed from your basket." if gone else "", undo=gone)


def changed(
    request: HttpRequest,
    cart: Cart,
    toast: str,
    *,
    opens_drawer: bool = False,
    undo: CartLine | None = None,
) -> HttpResponse:
    """Answers the new lines, count and notice to htmx; sends others to the basket page."""
    if not wants_fragment(request):
        return remember(redirect(request, "/cart/"), cart)
    context = {"basket": shown_basket(basket_of(cart)), "toast": toast, "undo": undo}
    response = remember(render(request, "storefront/basket_update.html", context), cart)
    return trigger_client_event(response, "basket:open") if opens_drawer else response


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Says in words why the basket stayed as it is, with what can be done about it."""
    shown = shown_basket(current_basket(request))
    if wants_fragment(request):
        context = {"basket": shown, "toast": refusal.message, "toast_tone": "bad"}
        return render(request, "storefront/basket_update.html", context)
    context = {"basket": shown, "problem": refusal.message}
    return render(request, "storefront/basket.html", context, status=409)
