"""The order's own page, reached by its signed link, and what a shopper may still do there."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from frontend.documents import shown_documents
from frontend.htmx import page, redirect
from frontend.presenting import quote_rows, tax_note
from modules.invoicing.selectors import document_counts, documents_of
from modules.kernel.address import Address
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.orders.commands import cancel_order, request_return
from modules.orders.contracts import CancelOrder, LineQuantity, OrderDetail, RequestReturn
from modules.orders.selectors import (
    order_by_token,
    order_detail,
    order_positions,
    timeline,
    unsecured_minor,
)
from modules.payments.contracts import PaymentDetail
from modules.payments.selectors import payment_methods, payments_of
from modules.shipping.selectors import countries

RETURN_REASONS = (
    "It arrived damaged",
    "It is not what I expected",
    "I ordered too many",
    "Another reason",
)
STEPS = ("Placed", "Paid", "Shipped", "Delivered")
WHO = {
    "guest": "you",
    "customer": "you",
    "staff": "our staff",
    "system": "the shop",
    "provider": "the bank",
}


HEADLINES = {
    "placed": ("Thank you, we have your order", "We are waiting for your payment."),
    "confirmed": ("Thank you, it is being prepared", "We write to you when it is on its way."),
    "completed": ("It has arrived", "We hope you like it."),
    "cancelled": ("This order is cancelled", "Nothing will be sent, and nothing is owed."),
}


def order_context(order: OrderDetail, token: str) -> dict[str, object]:
    """Returns all that the order page and its live part show; also used by the live stream."""
    payments = payments_of(order.id)
    open_minor = 0 if order.status == "cancelled" else unsecured_minor(order, payments)
    unpaid = open_minor > 0
    headline, explanation = HEADLINES[order.status]
    if order.status == "confirmed" and order.fulfilment_status in ("shipped", "partially-shipped"):
        headline, explanation = "It is on its way", "You can follow the parcels below."
    return {
        "order": order,
        "token": token,
        "headline": headline,
        "explanation": explanation,
        "payments": payments,
        "payable": unpaid,
        "open": Money(open_minor, order.currency),
        "payment_words": payment_words(order, payments, open_minor),
        "rows": timeline_rows(order.id),
        "steps": steps(order) if order.status != "cancelled" else [],
        "position": shown_position(order.id),
        "live_url": f"{settings.LIVE_URL}{reverse('order-live', args=[token])}",
        "total": Money(order.total_minor, order.currency),
        "total_rows": quote_rows(order.quote),
        "tax_note": tax_note(order.quote),
        "documents": shown_documents(documents_of(order.id), "order-invoice", token),
        "shown_address": with_country_name(order.contact.delivery_address),
        "returnable": [
            {"sku": line.sku, "title": line.title, "maximum": line.shipped - line.returned}
            for line in order.lines
            if line.shipped > line.returned
        ],
    }


def shown_position(order_id: UUID) -> int:
    """Returns a number that grows with everything that the order page shows."""
    return shown_positions((order_id,)).get(order_id, 0)


def shown_positions(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Returns such a number for each of several orders; as many statements as for one."""
    documents = document_counts(order_ids)
    positions = order_positions(order_ids)
    return {each: positions.get(each, 0) + documents.get(each, 0) for each in order_ids}


def payment_words(order: OrderDetail, payments: tuple[PaymentDetail, ...], open_minor: int) -> str:
    """Says why there is something to pay, and what happens until it is paid."""
    if payments and payments[-1].message:
        return payments[-1].message
    if order.status == "placed":
        return "The payment is not finished. You can pay now; we hold your pieces for a while."
    return f"{written(Money(open_minor, order.currency))} is open: no payment holds it any more."


def with_country_name(address: Address) -> Address:
    names = {country.code: country.name for country in countries()}
    return replace(address, country=names.get(address.country, address.country))


def timeline_rows(order_id: UUID) -> list[dict[str, object]]:
    """Returns what was recorded, oldest first, in the words of the timeline component."""
    return [
        {
            "position": number,
            "title": entry.title,
            "text": entry.detail,
            "at": entry.recorded_at,
            "actor": WHO.get(entry.actor.split(":")[0], entry.actor),
            "state": "past",
        }
        for number, entry in enumerate(timeline(order_id), start=1)
    ]


def steps(order: OrderDetail) -> list[dict[str, object]]:
    """Returns the four milestones as the track component draws them."""
    reached = [
        True,
        order.status in ("confirmed", "completed"),
        order.fulfilment_status in ("shipped", "partially-shipped", "delivered"),
        order.fulfilment_status == "delivered",
    ]
    last = max(index for index, done in enumerate(reached) if done)
    states = [
        "now" if index == last else "done" if done else "todo" for index, done in enumerate(reached)
    ]
    return [{"label": label, "state": state} for label, state in zip(STEPS, states, strict=True)]


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
        cancel_order(
            CancelOrder(order_id=order_by_token(token), reason="Cancelled by the customer")
        )
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
