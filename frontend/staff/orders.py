"""The list of orders and the page of one order."""

from collections.abc import Mapping
from datetime import datetime
from typing import get_args
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone

from frontend.access import staff_only
from frontend.documents import shown_documents
from frontend.htmx import page
from frontend.people import actor_names
from frontend.presenting import quote_rows, tax_note
from modules.invoicing.selectors import documents_of
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.orders.contracts import COUNTED_TO, OrderCounts, OrderDetail, OrderFilter
from modules.orders.selectors import (
    neighbours,
    order_counts,
    order_detail,
    order_token,
    orders,
    timeline,
    unsecured_minor,
)
from modules.payments.contracts import PaymentDetail, PaymentStatus
from modules.payments.selectors import payments_of

VIEWS = {
    "all": "All",
    "to-capture": "To capture",
    "to-ship": "To ship",
    "returns": "Returns",
    "problem": "Problems",
}
PAYMENT_STATES = get_args(PaymentStatus.__value__)
FULFILMENT_STATES = ("unfulfilled", "partially-shipped", "shipped", "delivered")
CANCEL_REASONS = ("Customer asked", "Not available", "Suspected fraud", "Mistake in the order")
REFUND_REASONS = ("Returned goods", "Damaged on arrival", "Goodwill", "Charged too much")
STAFF_CARRIERS = ("La Poste", "Colissimo", "DHL", "UPS", "Pick-up")


@staff_only
def order_list(request: HttpRequest) -> HttpResponse:
    asked = order_filter(request)
    found = orders(asked)
    counts = order_counts()
    query = request.GET.copy()
    query["after"] = found.next_cursor
    # What narrows the list goes with the links to its orders, which lead on to the next of them.
    kept = QueryDict(mutable=True)
    for name, value in request.GET.items():
        if value and name != "after":
            kept[name] = str(value)
    context = {
        "orders": found.orders,
        "next_url": f"?{query.urlencode()}" if found.next_cursor else "",
        "asked": asked,
        "order_query": f"?{kept.urlencode()}" if kept else "",
        "payment_states": PAYMENT_STATES,
        "fulfilment_states": FULFILMENT_STATES,
        "tabs": [
            {
                "label": label,
                "url": f"?view={code}",
                "current": asked.view == code,
                "count": counted(counts, code),
            }
            for code, label in VIEWS.items()
        ],
    }
    return page(request, "staff/orders.html", context, partial="rows")


def counted(counts: OrderCounts, view: str) -> str:
    """Returns how many orders a view holds, as a tab says it: `12`, or `1,000+`."""
    number: int = getattr(counts, view.replace("-", "_"))
    return f"{number:,}+" if number >= COUNTED_TO else str(number)


def order_filter(request: HttpRequest) -> OrderFilter:
    """Reads the list's filters from the address; what cannot be read is left out."""
    view = request.GET.get("view", "all")
    return OrderFilter(
        query=request.GET.get("q", "").strip()[:100],
        view=view if view in VIEWS else "all",
        payment_status=request.GET.get("payment", "")[:30],
        fulfilment_status=request.GET.get("fulfilment", "")[:30],
        placed_from=day(request.GET.get("from", "")),
        placed_until=day(request.GET.get("until", "")),
        cursor=request.GET.get("after", "")[:500],
        limit=40,
    )


def day(text: str) -> datetime | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    if found is None:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=get_current_timezone())


@staff_only
def order_page(request: HttpRequest, order_id: UUID) -> HttpResponse:
    order = order_detail(order_id)
    context = {**order_context(order), **beside(request, order)}
    return page(request, "staff/order.html", context, partial="order")


def beside(request: HttpRequest, order: OrderDetail) -> dict[str, str]:
    """Returns the addresses of the next orders in the list that the staff came from."""
    newer, older = neighbours(order, order_filter(request))
    query = request.GET.copy()
    query.pop("after", None)
    tail = f"?{query.urlencode()}" if query else ""
    return {
        "list_url": reverse("staff-orders") + tail,
        "newer_url": reverse("staff-order", args=[newer]) + tail if newer else "",
        "older_url": reverse("staff-order", args=[older]) + tail if older else "",
    }


def order_context(
    order: OrderDetail, *, tried: str = "", typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Returns what the page shows; `typed` fills the form of the action `tried` again."""
    payments = payments_of(order.id)
    entries = timeline(order.id)
    names = actor_names(entry.actor for entry in entries)
    return {
        "order": order,
        "payable": payable(order, payments),
        "pay_url": f"{settings.PUBLIC_URL}{reverse('order', args=[order_token(order.id)])}",
        "payments": [payment_card(payment) for payment in payments],
        "total": Money(order.total_minor, order.currency),
        "total_rows": quote_rows(order.quote),
        "tax_note": tax_note(order.quote),
        "rows": [
            {
                "position": number,
                "title": entry.title,
                "text": entry.detail,
                "at": entry.recorded_at,
                "actor": names[entry.actor],
                "channel": entry.stream,
                "hash": entry.hash,
                "state": "past",
            }
            for number, entry in enumerate(entries, start=1)
        ],
        "documents": shown_documents(documents_of(order.id), "staff-invoice"),
        "tried": tried,
        "typed": typed or {},
        "to_ship": quantity_fields(order, typed if tried == "ship" else None, whole=True),
        "to_cancel": quantity_fields(order, typed if tried == "cancel-lines" else None),
        "open_returns": [each for each in order.returns if each.received_at is None],
        "cancel_reasons": CANCEL_REASONS,
        "refund_reasons": REFUND_REASONS,
        "carriers": STAFF_CARRIERS,
        "command_id": new_id(),
        "audit_url": reverse("audit-stream", args=[order.id]),
    }


def payable(order: OrderDetail, payments: tuple[PaymentDetail, ...]) -> Money | None:
    """Returns what no payment has taken or holds, where a link to pay it can be sent."""
    open_minor = 0 if order.status == "cancelled" else unsecured_minor(order, payments)
    return Money(open_minor, order.currency) if open_minor else None


def quantity_fields(
    order: OrderDetail, typed: Mapping[str, str] | None, *, whole: bool = False
) -> list[dict[str, object]]:
    """Returns a number field for each line with open units: as typed, else all of them or none."""
    return [
        {
            "line": line,
            "name": f"quantity_{line.sku}",
            "value": (line.open if whole else 0)
            if typed is None
            else typed.get(f"quantity_{line.sku}", "0"),
        }
        for line in order.lines
        if line.open
    ]


def payment_card(payment: PaymentDetail) -> dict[str, object]:
    """Returns a payment with the lines that matter: those that are not zero."""
    amounts = {
        "Asked for": payment.amount_minor,
        "Authorised": payment.authorised_minor,
        "Captured": payment.captured_minor,
        "Given back before capture": payment.voided_minor,
        "Refunded": payment.refunded_minor,
        "Lapsed": payment.lapsed_minor,
        "Charged back": payment.charged_back_minor,
        "Under way": payment.pending_minor,
    }
    return {
        "payment": payment,
        "amounts": [
            {"label": label, "amount": Money(minor, payment.currency)}
            for label, minor in amounts.items()
            if minor
        ],
        "capturable_typed": str(Money(payment.capturable_minor, payment.currency)).split()[0],
        "capturable": Money(payment.capturable_minor, payment.currency),
        "refundable": Money(payment.refundable_minor, payment.currency),
    }
