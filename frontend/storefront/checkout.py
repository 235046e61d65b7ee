"""The one-page checkout, the way back from the bank, and the confirmation."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from frontend.errors import too_many_requests
from frontend.htmx import page, redirect
from frontend.presenting import quote_rows, tax_note
from frontend.storefront.checkout_form import CheckoutForm, form_values
from frontend.storefront.shopper import COOKIE, current_cart, customer_id, know_basket
from modules.carts.commands import set_delivery
from modules.carts.contracts import Cart, SetDelivery
from modules.carts.selectors import ordered_with
from modules.checkout.commands import pay, place_order
from modules.checkout.contracts import CartChanged, CartEmpty, Checkout, Placed
from modules.checkout.selectors import review
from modules.inventory.contracts import OutOfStock
from modules.kernel.errors import Conflict, Unavailable
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.orders.selectors import order_by_token, order_detail, order_token
from modules.payments.commands import resolve_unknown, try_to_pay
from modules.payments.selectors import payment_methods, payments_of
from modules.shipping.selectors import countries
from modules.wire import neighbourhood, sender


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout_page(request: HttpRequest) -> HttpResponse:
    cart = current_cart(request)
    if cart is None or not cart.lines:
        return nothing_to_order(request)
    if request.method != "POST":
        return show(request, cart, CheckoutForm(request.GET))
    form = CheckoutForm(request.POST)
    cart = keep_what_was_typed(cart, form)
    if "update" in request.POST:  # a country or a delivery option was chosen: prices move with it
        return show(request, cart, form)
    if not form.check():
        return show(request, cart, form, status=422)
    return try_to_place(request, cart, form)


def nothing_to_order(request: HttpRequest) -> HttpResponse:
    """Leads a form that was sent twice to the order that the first one made."""
    ordered = ordered_with(request.COOKIES.get(COOKIE, "")) if request.method == "POST" else None
    if ordered is None:
        return redirect(request, "/cart/")
    return redirect(request, reverse("order", args=[order_token(ordered)]))


def keep_what_was_typed(cart: Cart, form: CheckoutForm) -> Cart:
    """Saves the typed data with the basket, so that neither an error nor a closed tab loses it."""
    address = form.delivery_address
    return set_delivery(
        SetDelivery(
            cart_id=cart.id,
            email=form.email[:254],
            delivery_address=address,
            billing_address=form.billing_address,
            method_code=form.method_code,
            country=address.country or None,
            vat_id=form.vat_id,
        )
    )


def show(
    request: HttpRequest, cart: Cart, form: CheckoutForm, *, status: int = 200, notice: str = ""
) -> HttpResponse:
    """Answers the form with today's prices; a new form carries a new order id."""
    shown = review(cart.id)
    know_basket(request, shown.basket)
    quote = shown.basket.quote
    context = {
        "review": shown,
        "form": form,
        "values": form_values(form, cart, shown.payment_methods),
        "countries": countries(),
        "order_id": form.order_id or new_id(),
        "notice": notice,
        "total": Money(quote.total_minor, quote.currency) if quote else None,
        "left": Money(shown.basket.left_minor, quote.currency) if quote else None,
        "total_rows": quote_rows(quote) if quote else [],
        "tax_note": tax_note(quote) if quote else "",
    }
    return page(request, "storefront/checkout.html", context, partial="form", status=status)


def try_to_place(request: HttpRequest, cart: Cart, form: CheckoutForm) -> HttpResponse:
    try:
        placed = place_order(
            Checkout(
                order_id=form.order_id or new_id(),
                cart_id=cart.id,
                expected_total_minor=form.expected_total_minor,
                payment_method=form.payment_method,
                email=form.email,
                delivery_address=form.delivery_address,
                billing_address=form.billing_address,
                method_code=form.method_code,
                customer_id=customer_id(request),
                expected_left_minor=form.expected_left_minor,
            )
        )
    except CartEmpty:
        return redirect(request, "/cart/")
    except (CartChanged, OutOfStock, Conflict) as refusal:
        return show(request, cart, form, status=409, notice=refusal.message)
    # The cookie stays: a form that was sent twice finds its order by it (see nothing_to_order).
    return begin_payment(request, placed, form.payment_method)


def begin_payment(request: HttpRequest, placed: Placed, provider: str) -> HttpResponse:
    """Starts the payment outside any transaction and sends the shopper where it says."""
    own_page = reverse("order", args=[placed.token])
    session = request.COOKIES.get(COOKIE, "")[:200]
    address = neighbourhood(sender(request))
    wait_seconds = try_to_pay(provider, order=placed.order_id, session=session, address=address)
    if wait_seconds:
        # The order stands, and is paid for from its page when the hour is over.
        answer = too_many_requests(request)
        answer["Retry-After"] = str(wait_seconds)
        return answer
    try:
        step = pay(
            order_id=placed.order_id,
            provider=provider,
            attempt_id=new_id(),
            return_url=request.build_absolute_uri(reverse("payment-return", args=[placed.token])),
        )
    except Unavailable:
        return redirect(request, f"{own_page}?payment=unknown")
    return redirect(request, step.redirect_url or own_page)


@never_cache
def payment_return(request: HttpRequest, token: str) -> HttpResponse:
    """Where the bank sends the shopper back to: asks for the outcome, then shows the order."""
    order_id = order_by_token(token)
    for payment in payments_of(order_id):
        if payment.status in ("requested", "pending"):
            try:
                resolve_unknown(payment.id)
            except Unavailable:
                break  # The order's page says that the outcome is awaited, and follows it live.
    return redirect(request, reverse("order", args=[token]))


@require_POST
def pay_again(request: HttpRequest, token: str) -> HttpResponse:
    """After a decline: another try, perhaps by another method, for the order that exists."""
    order = order_detail(order_by_token(token))
    provider = request.POST.get("payment", "")[:50]
    if provider not in {method.code for method in payment_methods()}:
        return redirect(request, reverse("order", args=[token]))
    placed = Placed(
        order_id=order.id,
        number=order.number,
        payment_id=order.id,
        total_minor=order.total_minor,
        currency=order.currency,
        token=token,
        outcome="already-placed",
    )
    try:
        return begin_payment(request, placed, provider)
    except Conflict as refusal:
        return redirect(request, f"{reverse('order', args=[token])}?refused={refusal.code}")
