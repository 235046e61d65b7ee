"""The two fields of pages that show the past: as known at, and as effective at."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from events.moments import AsOf, as_of, read_moment
from frontend.htmx import page
from frontend.people import actor_names
from modules.inventory.selectors import holders, movements, stock_level
from modules.kernel.errors import DomainError, NotFound

KNOWN, EFFECTIVE = "as_known_at", "as_effective_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed into the two fields, read."""

    as_known_at: datetime | None
    as_effective_at: datetime | None


def is_asked(request: HttpRequest) -> bool:
    return any(request.GET.get(name, "").strip() for name in (KNOWN, EFFECTIVE))


def asked_moment(request: HttpRequest) -> AsOf | None:
    """Returns the moment that the address names; None for the present.

    Raises:
        MomentUnreadable: a text that is no time, or lacks its offset.
        MomentAhead: it is still to come.
    """
    return as_of(
        Typed(
            as_known_at=read_moment(request.GET.get(KNOWN, "")),
            as_effective_at=read_moment(request.GET.get(EFFECTIVE, "")),
        )
    )


def moment_context(request: HttpRequest, moment: AsOf | None) -> dict[str, object]:
    """Returns what `components/moment_form.html` needs: what was typed, and what it was read as."""
    return {
        "moment": moment,
        KNOWN: request.GET.get(KNOWN, "").strip()[:60],
        EFFECTIVE: request.GET.get(EFFECTIVE, "").strip()[:60],
    }


def stock_then(request: HttpRequest, sku: str, *, desk: str) -> HttpResponse:
    """Shows the stock of a SKU at the moment asked for, or now; `desk` is the page's frame."""
    context: dict[str, object] = {"sku": sku, "desk": f"{desk}_base.html"}
    moment, status = None, 200
    try:
        moment = asked_moment(request)
        level = stock_level(sku, moment)
    except DomainError as refusal:
        if not is_asked(request):
            raise
        context["problem"] = refusal.message
        status = 404 if isinstance(refusal, NotFound) else 422
    else:
        moved = movements(sku, 50, moment)
        names = actor_names(each.actor for each in moved)
        context |= {
            "level": level,
            "holders": holders(sku, moment or AsOf()),
            "movements": [(each, names[each.actor]) for each in moved],
        }
    context |= moment_context(request, moment)
    return page(request, "desk/stock_then.html", context, status=status)
