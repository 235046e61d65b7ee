"""What providers said that could not be applied, and how often tries to pay were held back."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from frontend.access import staff_only
from frontend.htmx import page
from modules.payments.selectors import parked, parked_count, references_of, tallies_of

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
    messages = parked(SHOWN)
    orders = references_of(each.payment_id for each in messages if each.payment_id)
    context = {
        "messages": [
            {"said": each, "order_id": orders.get(each.payment_id) if each.payment_id else None}
            for each in messages
        ],
        "total": parked_count(),
        "shown": SHOWN,
        "tallies": [
            {"label": label(name), "times": times} for name, times in tallies_of(LATELY).items()
        ],
    }
    return page(request, "staff/payments.html", context)


def label(name: str) -> str:
    """Returns the words for a counted name such as `held-back:address`."""
    what, _, whose = name.partition(":")
    return f"{WORDS.get(what, what)} {KINDS.get(whose, whose)}".strip()
