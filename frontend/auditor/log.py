"""The log of all events, looked through by actor, topic, order, time and cause."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from events.store import log_head
from frontend.access import auditor_only
from frontend.htmx import page, redirect, wants_fragment
from frontend.live.tickets import live_address
from frontend.people import actor_names
from modules.audit.commands import count_some
from modules.audit.contracts import QUALIFIERS, LoggedEvent, LogPage
from modules.audit.selectors import events_to_count, explore, log_density
from modules.kernel.errors import DomainError

CHART_HEIGHT = 40
BAR_WIDTH = 10
# A young log has few bars; they are not drawn as wide as the page.
FEWEST_BARS = 30


@auditor_only
def log_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:300]
    below = request.GET.get("below", "")
    position = int(below) if below.isdecimal() and len(below) < 19 else None
    problem, found = "", None
    try:
        found = explore(text, position)
    except DomainError as refusal:
        problem = refusal.message
    follows = "follow" in request.GET and found is not None and position is None
    drawn = bars() if not text and position is None else []
    context = {
        "uncounted": events_to_count() if drawn else 0,
        "asked": text,
        "problem": problem,
        "found": found,
        **(tail_context(text, found) if found else {}),
        "follow_url": "?" + urlencode({"q": text, "follow": "on"}),
        "stop_url": "?" + urlencode({"q": text}),
        "live_url": live_address(request, "audit-log-live", text, position=found.head)
        if found and follows
        else "",
        "qualifiers": QUALIFIERS,
        "bars": drawn,
        "chart_width": max(len(drawn), FEWEST_BARS) * BAR_WIDTH,
    }
    return page(
        request, "auditor/log.html", context, partial="rows", status=422 if problem else 200
    )


@auditor_only
def density_part(request: HttpRequest) -> HttpResponse:
    """Counts on and answers the chart as far as it is; to a browser without scripts, the page."""
    count_some()
    if not wants_fragment(request):
        return redirect(request, reverse("audit-log"))
    drawn = bars()
    context = {
        "bars": drawn,
        "chart_width": max(len(drawn), FEWEST_BARS) * BAR_WIDTH,
        "uncounted": events_to_count(),
        "found": {"head": log_head()},
    }
    return page(request, "auditor/log.html", context, partial="density")


def tail_context(text: str, found: LogPage, seen: int | None = None) -> dict[str, object]:
    """Returns what the first page of a question shows; rows after `seen` are marked as new."""
    return {
        "asked": text,
        "rows": rows(found.events, seen),
        "older": "?" + urlencode({"q": text, "below": found.older}) if found.older else "",
    }


def rows(events: tuple[LoggedEvent, ...], seen: int | None = None) -> list[dict[str, object]]:
    names = actor_names(each.event.actor for each in events)
    return [
        {
            "label": each.label,
            "who": names[each.event.actor],
            "event": each.event,
            "new": seen is not None and (each.event.position or 0) > seen,
        }
        for each in events
    ]


def bars() -> list[dict[str, object]]:
    """Returns the columns of the chart in the drawing's own units."""
    counted = log_density()
    most = max((count for _, count in counted), default=0) or 1
    drawn: list[dict[str, object]] = []
    for number, (moment, count) in enumerate(counted):
        # Rounded up: an event among thousands is still seen.
        height = -(-CHART_HEIGHT * count // most)
        drawn.append(
            {
                "x": number * BAR_WIDTH,
                "y": CHART_HEIGHT - height,
                "height": height,
                "at": moment,
                "count": count,
            }
        )
    return drawn
