"""The order's own page, reached by its signed link, and what a shopper may still do there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from frontend.htmx import page, redirect
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id
from modules.orders.commands import cancel_order, request_return
from modules.orders.contracts import CancelOrder, LineQuantity, OrderDetail, RequestReturn
from modules.orders.selectors import order_by_token, order_detail, order_position, timeline
from modules.payments.selectors import payment_methods, payments_of

RETURN_REASONS = ("It arrived damaged", "It is not what I expected", "I ordered too many", "Another reason")
STEPS = ("Placed", "Paid", "Shipped", "Delivered")


def order_context(order: OrderDetail, token: str) -> dict[str, object]:
    """Returns all that the order page and its live part show; also used by the live stream."""
    return {
        "order": order,
        "token": token,
        "payments": payments_of(order.id),
        "timeline": timeline(order.id),
        "steps": steps(order),
        "position": order_position(order.id),
        "live_url": f"{settings.LIVE_URL}{reverse('order-live', args=[token])}",
        "finished": order.status in ("completed", "cancelled"),
    }


def steps(order: OrderDetail) -> list[dict[str, object]]:
    """Returns the four milestones with those reached, for the progress track."""
    reached = [
        True,
        order.status in ("confirmed", "completed"),
        order.fulfilment_status in ("shipped", "partially-shipped", "delivered"),
        order.fulfilment_status == "delivered",
    ]
    last = max(index for index, done in enumerate(reached) if done)
    return [
        {"title": title, "done": done, "now": index == last}
        for index, (title, done) in enumerate(zip(STEPS, reached, strict=True))
    ]


@never_cache
def order_page(request: HttpRequest, token: str) -> HttpResponse:
    order = order_detail(order_by_token(token))
    context = order_context(order, token) | {
        "payment_methods": payment_methods(),
        "return_reasons": RETURN_REASONS,
    }
    return page(request, "storefront/order.html", context, partial="progress")


def act(request: HttpRequest, token: str, refusal: DomainError | None = None) -> HttpResponse:
    """Back to the order's page, which explains a refusal in words."""
    if refusal is None:
        return redirect(request, reverse("order", args=[token]))
    order = order_detail(order_by_token(token))
    context = order_context(order, token) | {
        "payment_methods": payment_methods(),
        "return_reasons": RETURN_REASONS,
        "problem": refusal.message,
    }
    return page(request, "storefront/order.html", context, status=409)


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    try:
        cancel_order(CancelOrder(order_id=order_by_token(token), reason="Cancelled by the customer"))
    except DomainError as refusal:
        return act(request, token, refusal)
    return act(request, token)


@require_POST
def ask_to_return(request: HttpRequest, token: str) -> HttpResponse:
    order = order_detail(order_by_token(token))
    lines = tuple(
        LineQuantity(sku=line.sku, quantity=int(wanted))
        for line in order.lines
        if (wanted := request.POST.get(f"quantity_{line.sku}", "")).isdecimal()
        and len(wanted) < 7
        and int(wanted) > 0
    )
    reason = request.POST.get("reason", "")
    try:
        request_return(
            RequestReturn(
                order_id=order.id,
                return_id=new_id(),
                lines=lines,
                reason=reason if reason in RETURN_REASONS else RETURN_REASONS[-1],
            )
        )
    except DomainError as refusal:
        return act(request, token, refusal)
    return act(request, token)
