"""Effects: what is asked of the world outside, what failed and why, and trying it again."""

from typing import get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.outbox import retry
from events.waiting import EffectState, effect_counts, effects
from frontend.access import staff_only
from frontend.htmx import page, redirect

STATES: dict[EffectState, str] = {
    "failed": "Failed",
    "due": "Due",
    "later": "Later",
    "done": "Done lately",
}
SHOWN = 100


@staff_only
def effects_page(request: HttpRequest) -> HttpResponse:
    counts = effect_counts()
    state = asked_state(request.GET.get("state", ""))
    context = {
        "state": state,
        "effects": effects(state, SHOWN),
        "shown": SHOWN,
        "tabs": [
            {
                "label": label,
                "url": f"?state={code}",
                "current": code == state,
                "count": counts.get(code),
            }
            for code, label in STATES.items()
        ],
    }
    return page(request, "staff/effects.html", context)


def asked_state(text: str) -> EffectState:
    known: tuple[EffectState, ...] = get_args(EffectState.__value__)
    return next((state for state in known if state == text), "failed")


@require_POST
@staff_only
def try_again(request: HttpRequest, effect_id: UUID) -> HttpResponse:
    """Gives a failed effect its attempts back; one that is not failed any more is left alone."""
    retry(effect_id)
    return redirect(request, reverse("staff-effects"))
