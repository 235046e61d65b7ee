"""What if: orders of a time under another tax or promotion rule, read-only."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse

from frontend.access import books_only
from frontend.htmx import page
from frontend.ledger.asking import moment
from modules.ledger.contracts import WhatIf, named_promotion
from modules.ledger.selectors import what_if
from modules.promotions.contracts import PromotionNotFound

# A page is waited for; the command line has no such end.
MOST_ORDERS = 5_000
SHOWN = 200
PERCENT = 10_000


@books_only
def what_if_page(request: HttpRequest) -> HttpResponse:
    problem, found = "", None
    asked = {name: request.GET.get(name, "")[:300] for name in ("since", "until", "rates", "off")}
    asked["rounding"] = request.GET.get("rounding", "")
    for name in ("without", "promotions"):
        asked[name] = request.GET.get(name, "")[:300]
    if request.GET:
        try:
            found = what_if(query(asked))
        except (ValueError, PromotionNotFound) as error:
            problem = str(error)
    context = {
        "asked": asked,
        "problem": problem,
        "found": found,
        "orders": found.orders[:SHOWN] if found else (),
        "most": MOST_ORDERS,
        "roundings": {"": "as it was", "per-line": "per line", "per-total": "per total"},
    }
    return page(request, "ledger/what_if.html", context, status=422 if problem else 200)


def query(asked: dict[str, str]) -> WhatIf:
    """Reads the form. Raises: ValueError: something of it makes no sense, in words."""
    since: datetime | None = moment(asked["since"])
    roundings = {"per-line": "per-line", "per-total": "per-total"}
    return WhatIf(
        since=since,
        until=moment(asked["until"], end=True),
        rates=tuple(rate(part) for part in asked["rates"].split(",") if part.strip()),
        rounding=roundings.get(asked["rounding"], ""),  # type: ignore[arg-type]  # its literals
        off_millionths=percent(asked["off"]) if asked["off"].strip() else 0,
        without=tuple(part.strip() for part in asked["without"].split(",") if part.strip()),
        promotions=tuple(
            named_promotion(part) for part in asked["promotions"].split(",") if part.strip()
        ),
        limit=MOST_ORDERS,
    )


def rate(text: str) -> tuple[str, int]:
    code, found, value = text.partition("=")
    if not found:
        raise ValueError(f"“{text.strip()}” is no rate: write it like FR-standard=19.5.")
    return code.strip(), percent(value)


def percent(text: str) -> int:
    """Returns a percentage in millionths, exactly."""
    try:
        found = Decimal(text.strip().removesuffix("%").strip())
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= 100 or found * PERCENT % 1:
        raise ValueError(f"“{text.strip()}” is no percentage between 0 and 100 like 19.5.")
    return int(found * PERCENT)
