"""Why something happened: all that one request led to, in lanes, each under what caused it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.auditor.log import rows
from frontend.htmx import page
from modules.audit.contracts import LoggedEvent
from modules.audit.selectors import explore

DEEPEST = 6


@auditor_only
def why_page(request: HttpRequest, correlation_id: UUID) -> HttpResponse:
    """Shows the newest fifty events of a correlation, the oldest first, with a lane a stream."""
    found = explore(f"cause:{correlation_id}")
    if not found.events:
        raise Http404
    events = found.events[::-1]
    lanes = list(dict.fromkeys(each.label for each in events))
    positions = {each.event.event_id: each.event.position for each in events}
    told = zip(rows(events), events, depths_of(events), strict=True)
    context = {
        "correlation_id": correlation_id,
        "lanes": lanes,
        "rows": [
            {
                **row,
                "before": range(lanes.index(each.label)),
                "after": range(len(lanes) - lanes.index(each.label) - 1),
                "depth": range(depth),
                "cause": positions.get(each.event.causation_id)
                if each.event.causation_id
                else None,
            }
            for row, each, depth in told
        ],
        "more": found.older,
    }
    return page(request, "auditor/why.html", context)


def depths_of(events: tuple[LoggedEvent, ...]) -> list[int]:
    """Returns how many of these events stand between each and the one that began it."""
    depth: dict[UUID, int] = {}
    for each in events:
        cause = each.event.causation_id
        depth[each.event.event_id] = min(depth[cause] + 1, DEEPEST) if cause in depth else 0
    return list(depth.values())
