"""Effects: what is asked of the world outside, what failed and why, trying again and giving up."""

from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.effects import declared
from events.outbox import park, retry, retry_all
from events.waiting import (
    EffectState,
    OutboxRow,
    Overview,
    effect_row,
    effects,
    effects_about,
    failed_kinds,
    overview,
)
from frontend.access import staff_only
from frontend.htmx import page, redirect
from modules.orders.contracts import OrderNotFound
from modules.orders.selectors import order_by_number
from modules.payments.selectors import payments_of

STATES: dict[EffectState, str] = {
    "failed": "Failed",
    "due": "Due",
    "running": "Running",
    "later": "Later",
    "done": "Done lately",
}
SHOWN = 100


@staff_only
def effects_page(request: HttpRequest) -> HttpResponse:
    """The queue, or what was searched for; htmx asks for its inner part every few seconds."""
    asked = request.GET.get("q", "").strip()[:100]
    state = asked_state(request.GET.get("state", ""))
    name = asked if asked in declared() else ""
    found = search(asked) if asked and not name else effects(state, SHOWN, name)
    counts = overview()
    context = {
        "state": state,
        "asked": asked,
        "searched": bool(asked and not name),
        "effects": found,
        "shown": SHOWN,
        "counts": counts,
        "kinds": failed_kinds(),
        "here": f"?{urlencode({'state': state, 'q': asked})}",
        "tabs": tabs(state, counts),
    }
    return page(request, "staff/effects.html", context, partial="queue")


def asked_state(text: str) -> EffectState:
    known: tuple[EffectState, ...] = get_args(EffectState.__value__)
    return next((state for state in known if state == text), "failed")


def tabs(state: EffectState, counts: Overview) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": f"?state={code}",
            "current": code == state,
            "count": getattr(counts, code, None),
        }
        for code, label in STATES.items()
    ]


def search(text: str) -> tuple[OutboxRow, ...]:
    """Returns the effects of an order, by its number or id, or the one effect of an id."""
    try:
        order_id = UUID(text)
    except ValueError:
        try:
            order_id = order_by_number(text).id
        except OrderNotFound:
            return ()
    one = effect_row(order_id)
    if one:
        return (one,)
    return effects_about([order_id, *(payment.id for payment in payments_of(order_id))], SHOWN)


def back(request: HttpRequest) -> HttpResponse:
    """Returns to the view that the form was sent from."""
    state = asked_state(request.POST.get("state", ""))
    asked = request.POST.get("q", "")[:100]
    return redirect(
        request, f"{reverse('staff-effects')}?{urlencode({'state': state, 'q': asked})}"
    )


@require_POST
@staff_only
def try_again(request: HttpRequest, effect_id: UUID) -> HttpResponse:
    """Gives a failed effect its attempts back; one that is not failed any more is left alone."""
    retry(effect_id)
    return back(request)


@require_POST
@staff_only
def try_all_again(request: HttpRequest) -> HttpResponse:
    """Gives all failed effects of one name their attempts back."""
    retry_all(request.POST.get("name", "")[:200])
    return back(request)


@require_POST
@staff_only
def give_up(request: HttpRequest, effect_id: UUID) -> HttpResponse:
    """Parks an open effect: nobody tries it until somebody says so."""
    # The person's id and not the name: it lies beside what may be kept for a year.
    park(effect_id, f"parked by staff:{request.user.pk}")
    return back(request)
