"""Timers: what comes round by itself and what waits for its moment, and how the last run ended."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.integrity.checkpoints import latest
from events.timetable import NoSuchTimer, TimerRunning, run_now, timers
from events.waiting import waiting_kinds
from frontend.access import staff_only
from frontend.htmx import page, redirect

# What a timer's row says in words, and the tone of its badge.
OUTCOMES = {
    "done": ("done", "good"),
    "failed": ("failed", "bad"),
    "trying": ("at work, or tried again", "note"),
    "never": ("not lately", "quiet"),
}

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def timers_context() -> dict[str, object]:
    signed = latest()
    return {
        "timers": [
            {
                "timer": each,
                "every": period(each.every),
                "words": OUTCOMES[each.outcome][0],
                "tone": OUTCOMES[each.outcome][1],
            }
            for each in timers()
        ],
        "waiting": waiting_kinds(),
        "signed_at": signed.signed_at if signed else None,
    }


def period(length: timedelta) -> str:
    """Writes a period in its largest whole unit: `day`, `15 minutes`."""
    seconds = int(length.total_seconds())
    size, unit = next(each for each in UNITS if seconds % each[0] == 0)
    count = seconds // size
    return unit if count == 1 else f"{count} {unit}s"


@staff_only
def timers_page(request: HttpRequest) -> HttpResponse:
    return page(request, "staff/timers.html", timers_context(), partial="timers")


@require_POST
@staff_only
def run_timer(request: HttpRequest, name: str) -> HttpResponse:
    """Has a timer run now; while it is at work already, the page says so."""
    try:
        run_now(name)
    except (NoSuchTimer, TimerRunning) as refusal:
        context = timers_context() | {"problem": refusal.message}
        status = 404 if isinstance(refusal, NoSuchTimer) else 409
        return page(request, "staff/timers.html", context, status=status)
    return redirect(request, reverse("staff-timers"))
