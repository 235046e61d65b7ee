"""The read models: how far each is, what differs from the events, what could not be folded."""

from django.http import HttpRequest, HttpResponse

from events import drift, projections
from events.follower import parked_streams, seconds_behind
from events.standings import Standing, standings
from events.store import log_head
from frontend.access import operators_only
from frontend.auditor.runs import desk, rows
from frontend.htmx import page
from modules.audit.contracts import RunKind
from modules.audit.selectors import runs

SHOWN = 100
KINDS: tuple[RunKind, ...] = ("rebuild", "back", "drift", "retry")


@operators_only
def projections_page(request: HttpRequest) -> HttpResponse:
    checked = drift.last_check(SHOWN)
    context = {
        "desk": desk(),
        "head": log_head(),
        "models": read_models(),
        "checked": checked,
        "shown": SHOWN,
        "parked": parked_streams(),
        "runs": rows(runs(KINDS, 10)),
    }
    return page(request, "auditor/projections.html", context, partial="models")


def read_models() -> list[dict[str, object]]:
    """Returns each read model with its live tables and those that stand beside them."""
    found: dict[str, dict[str, Standing]] = {}
    for each in standings():
        found.setdefault(each.projection, {})[each.state] = each
    registered = projections.registered()
    return [
        {
            "name": name,
            "mode": registered[name].mode if name in registered else "gone",
            "live": states.get("live"),
            "filling": states.get("filling"),
            "kept": states.get("kept"),
            "seconds": waiting(states.get("live")),
        }
        for name, states in found.items()
    ]


def waiting(live: Standing | None) -> int:
    """Returns for how many seconds the next event has waited; none waits for an inline one."""
    if live is None or live.position is None or not live.lag:
        return 0
    return seconds_behind(live.position)
