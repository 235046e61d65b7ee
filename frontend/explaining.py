"""The page that explains an order's amounts: one for shoppers, staff and auditors."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from frontend.access import auditor_only, staff_only
from frontend.htmx import page
from modules.kernel.money import Money
from modules.orders.selectors import explanation, order_by_token
from modules.pricing.contracts import EXPLANATION_FORMAT, Explanation
from modules.pricing.selectors import expanded, in_words

TITLES = {
    "subtotal": "Goods as listed",
    "discount": "Discounts",
    "delivery": "Delivery as listed",
    "tax": "Tax in or on the total",
    "total": "Total",
    "due": "Worth after cancellations",
    "refunded": "Given back",
}


@never_cache
def for_shoppers(request: HttpRequest, token: str) -> HttpResponse:
    back = reverse("order", args=[token])
    return answer(request, order_by_token(token), "storefront/explanation.html", back)


@staff_only
def for_staff(request: HttpRequest, order_id: UUID) -> HttpResponse:
    back = reverse("staff-order", args=[order_id])
    return answer(request, order_id, "staff/explanation.html", back)


@auditor_only
def for_auditors(request: HttpRequest, order_id: UUID) -> HttpResponse:
    back = reverse("audit-stream", args=[order_id])
    return answer(request, order_id, "auditor/explanation.html", back)


def answer(request: HttpRequest, order_id: UUID, template: str, back: str) -> HttpResponse:
    """Answers the page, or with `?format=json` the file that explain.py reads."""
    told = explanation(order_id)
    if request.GET.get("format") == "json":
        content: dict[str, Any] = {"format": EXPLANATION_FORMAT, **msgspec.to_builtins(told)}
        response = JsonResponse(content, json_dumps_params={"indent": 1})
        response["Content-Disposition"] = f'attachment; filename="explanation-{told.order}.json"'
        return response
    return page(request, template, {"told": told, "amounts": amounts(told), "back": back})


def amounts(told: Explanation) -> list[dict[str, object]]:
    """Returns the order's amounts, then what changed since, then its lines', with their steps."""
    titles = dict(TITLES)
    for step in told.steps:
        name = step.name
        if name.partition("_")[0] in ("change", "return") and "." not in name:
            titles[name] = step.label
    for item in told.items:
        titles[f"{item.name}.total"] = item.title
    return [
        {
            "name": name,
            "title": title,
            "amount": Money(told.amounts[name], told.currency),
            "steps": rows(told, name),
        }
        for name, title in titles.items()
        if name in told.amounts
    ]


def rows(told: Explanation, name: str) -> list[dict[str, object]]:
    return [
        {
            "depth": min(depth, 6),
            "name": step.name,
            "label": step.label,
            "amount": Money(step.amount_minor, told.currency),
            "words": in_words(step, told.currency),
        }
        for depth, step in expanded(told, name)
    ]
