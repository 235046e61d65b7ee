"""What providers said that could not be applied, and how often tries to pay were held back."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_names
from modules.kernel.errors import DomainError, NotFound
from modules.payments.commands import set_message_aside
from modules.payments.contracts import SetMessageAside
from modules.payments.selectors import (
    parked,
    parked_count,
    references_of,
    set_aside,
    tallies_of,
)

SHOWN = 100
LATELY = timedelta(days=7)
WORDS = {
    "tries": "Tries to pay",
    "held-back": "Tries held back, too many by",
    "notification-refused": "Messages refused, not to be verified, of",
    "notification-foreign": "Messages about nothing of ours, of",
}
KINDS = {
    "order": "one order",
    "session": "one browser",
    "address": "one network address",
    "shop": "the whole shop",
}


@staff_only
def payments_page(request: HttpRequest) -> HttpResponse:
    return page(request, "staff/payments.html", context_of())


@require_POST
@staff_only
def aside(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Sets a refused message aside with a reason; without one the page comes back and says so."""
    reason = request.POST.get("reason", "")[:500]
    try:
        set_message_aside(SetMessageAside(message_id=message_id, reason=reason))
    except NotFound:
        raise
    except DomainError as refusal:
        problem = {"problem": refusal.message, "of": message_id, "typed": reason}
        return page(request, "staff/payments.html", context_of() | problem, status=409)
    return redirect(request, reverse("staff-payments"))


def context_of() -> dict[str, object]:
    messages = parked(SHOWN)
    orders = references_of(each.payment_id for each in messages if each.payment_id)
    put_aside = set_aside(SHOWN)
    names = actor_names(each.aside_by for each in put_aside)
    return {
        "parked": [
            {"said": each, "order_id": orders.get(each.payment_id) if each.payment_id else None}
            for each in messages
        ],
        "total": parked_count(),
        "put_aside": [(each, names[each.aside_by]) for each in put_aside],
        "shown": SHOWN,
        "tallies": [
            {"label": label(name), "times": times} for name, times in tallies_of(LATELY).items()
        ],
    }


def label(name: str) -> str:
    """Returns the words for a counted name such as `held-back:address`."""
    what, _, whose = name.partition(":")
    return f"{WORDS.get(what, what)} {KINDS.get(whose, whose)}".strip()
