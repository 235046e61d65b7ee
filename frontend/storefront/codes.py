"""Vouchers in the basket: entering a code and taking it out again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from frontend.htmx import redirect, wants_fragment
from frontend.presenting import shown_basket
from frontend.storefront.basket import changed
from frontend.storefront.shopper import current_cart, customer_id
from modules.carts.contracts import Cart
from modules.carts.selectors import cart as cart_of
from modules.checkout.commands import enter_code, remove_code
from modules.checkout.contracts import EnterCode, RemoveCode
from modules.checkout.selectors import basket_of
from modules.kernel.errors import DomainError
from modules.promotions.contracts import TooManyTries
from modules.wire import neighbourhood, sender


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    if cart is None:
        return redirect(request, "/cart/")
    typed = request.POST.get("code", "")[:60]
    try:
        enter_code(EnterCode(cart_id=cart.id, code=typed, tried_by=tried_by(request, cart)))
    except DomainError as refusal:
        return refused(request, cart, typed, refusal)
    return changed(request, cart_of(cart.id), "")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    if cart is None:
        return redirect(request, "/cart/")
    remove_code(RemoveCode(cart_id=cart.id, code=request.POST.get("code", "")[:60]))
    return changed(request, cart_of(cart.id), "")


def tried_by(request: HttpRequest, cart: Cart) -> tuple[str, ...]:
    """Returns whose tries are counted: the basket's, the account's and the address's."""
    customer = customer_id(request)
    return (
        f"address:{neighbourhood(sender(request))}",
        f"basket:{cart.id}",
        *([f"account:{customer}"] if customer else []),
    )


def refused(request: HttpRequest, cart: Cart, typed: str, refusal: DomainError) -> HttpResponse:
    """Says beside the field why the code was not taken, and leaves it there."""
    context = {
        "basket": shown_basket(basket_of(cart)),
        "code_problem": refusal.message,
        "code_typed": typed,
    }
    if wants_fragment(request):
        return render(request, "storefront/basket_update.html", context)
    status = 429 if isinstance(refusal, TooManyTries) else 409
    return render(request, "storefront/basket.html", context, status=status)
