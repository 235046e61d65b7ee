"""Choosing which currency to count in; the basket is counted in it from then on."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from frontend.htmx import page, redirect
from frontend.storefront.shopper import COOKIE_PERIOD, CURRENCY_COOKIE, current_cart
from modules.carts.commands import set_currency
from modules.carts.contracts import SetCurrency


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Remembers a currency that the shop has; any other one changes nothing."""
    if request.method != "POST":
        return page(request, "storefront/currency.html", {"currencies": settings.SHOP_CURRENCIES})
    response = redirect(request, "/")
    wanted = request.POST.get("currency", "")
    if wanted not in settings.SHOP_CURRENCIES:
        return response
    cart = current_cart(request)
    if cart is not None:
        set_currency(SetCurrency(cart_id=cart.id, currency=wanted))
    response.set_cookie(
        CURRENCY_COOKIE,
        wanted,
        max_age=COOKIE_PERIOD,
        httponly=True,
        samesite="Lax",
        secure=settings.PUBLIC_URL.startswith("https:"),
    )
    return response
