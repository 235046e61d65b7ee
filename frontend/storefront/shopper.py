"""Who is shopping and with which basket: read from cookies, so that a guest needs no session."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from modules.carts.commands import create_cart
from modules.carts.contracts import Cart, CartNotFound, CreateCart
from modules.carts.selectors import cart_by_token, open_cart_of
from modules.checkout.contracts import Basket
from modules.checkout.selectors import basket_of, empty_basket

COOKIE = "basket"
CURRENCY_COOKIE = "currency"
COOKIE_PERIOD = timedelta(days=60)


def customer_id(request: HttpRequest) -> UUID | None:
    """Returns the signed-in customer, without a query for those who never signed in."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user.pk if request.user.is_authenticated else None


def current_cart(request: HttpRequest) -> Cart | None:
    """Returns the open basket of this browser or customer; None before anything was added.

    A customer's basket is shown to nobody else, so signing out hides it although the cookie stays.
    """
    customer = customer_id(request)
    cart = cart_of_cookie(request)
    if cart is not None and cart.customer_id in (None, customer):
        return cart
    return open_cart_of(customer) if customer else None


def currency_of(request: HttpRequest) -> str:
    """Returns what this browser counts in: what was chosen, else the shop's own currency."""
    chosen = request.COOKIES.get(CURRENCY_COOKIE, "")
    return chosen if chosen in settings.SHOP_CURRENCIES else str(settings.SHOP_CURRENCY)


def cart_of_cookie(request: HttpRequest) -> Cart | None:
    token = request.COOKIES.get(COOKIE, "")
    try:
        return cart_by_token(token) if token else None
    except CartNotFound:
        return None


def guest_cart(request: HttpRequest) -> Cart | None:
    """Returns the open basket of this browser that belongs to no customer yet."""
    cart = cart_of_cookie(request)
    return cart if cart is not None and cart.customer_id is None else None


def cart_to_fill(request: HttpRequest) -> Cart:
    """Returns the open basket, or a new one; `remember` puts its token into the response."""
    return current_cart(request) or create_cart(
        CreateCart(
            currency=currency_of(request),
            country=settings.SHOP_COUNTRY,
            customer_id=customer_id(request),
        )
    )


def current_basket(request: HttpRequest) -> Basket:
    """Returns the basket as every page shows it, read once a request."""
    known: Basket | None = getattr(request, "shown_basket", None)
    if known is None:
        cart = current_cart(request)
        known = basket_of(cart) if cart else empty_basket(currency_of(request))
        know_basket(request, known)
    return known


def know_basket(request: HttpRequest, known: Basket) -> None:
    """Spares the header of this page from reading the basket that the view has read."""
    request.shown_basket = known  # type: ignore[attr-defined]


def remember(response: HttpResponse, cart: Cart) -> HttpResponse:
    """Keeps the basket's token in a cookie that scripts cannot read."""
    response.set_cookie(
        COOKIE,
        cart.token,
        max_age=COOKIE_PERIOD,
        httponly=True,
        samesite="Lax",
        secure=settings.PUBLIC_URL.startswith("https:"),
    )
    return response
