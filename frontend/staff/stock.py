"""Stock: what is there, what is promised, and correcting it with a reason."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.context import acting
from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.moments import is_asked, stock_then
from frontend.people import actor_names
from modules.inventory.commands import adjust_stock, receive_stock
from modules.inventory.contracts import AdjustStock, ReceiveStock, StockNotFound
from modules.inventory.selectors import movements, reservations, stock_levels, stock_list
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id

FILTERS = {"all": "All", "low": "Low", "out": "Sold out"}
REASONS = {
    "count": "Counted again",
    "damage": "Damaged",
    "loss": "Lost or stolen",
    "found": "Found",
    "correction": "Correction of a mistake",
}


@staff_only
def stock_page(request: HttpRequest) -> HttpResponse:
    only = request.GET.get("only", "all")
    query = request.GET.get("q", "").strip()[:100]
    number = request.GET.get("page", "1")
    found = stock_list(
        query,
        only=only if only in FILTERS else "all",  # type: ignore[arg-type]
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    address = request.GET.copy()
    address["page"] = str(found.page + 1)
    context = {
        "found": found,
        "query": query,
        "only": only,
        "next_url": f"?{address.urlencode()}" if found.page < found.pages else "",
        "tabs": [
            {"label": label, "url": f"?only={code}", "current": only == code, "count": None}
            for code, label in FILTERS.items()
        ],
    }
    return page(request, "staff/stock.html", context, partial="rows")


@staff_only
def stock_item(request: HttpRequest, sku: str) -> HttpResponse:
    if is_asked(request):
        return stock_then(request, sku, desk="staff")
    return page(request, "staff/stock_item.html", item_context(sku))


def item_context(sku: str) -> dict[str, object]:
    level = stock_levels([sku]).get(sku)
    if level is None:
        raise StockNotFound(f"No stock is kept for {sku}.", sku=sku)
    moved = movements(sku, limit=50)
    names = actor_names(each.actor for each in moved)
    return {
        "level": level,
        "reservations": reservations(sku),
        "movements": [(each, names[each.actor]) for each in moved],
        "reasons": REASONS,
        "command_id": new_id(),
    }


@require_POST
@staff_only
def change(request: HttpRequest, sku: str, action: str) -> HttpResponse:
    """Counts again (`adjust`) or takes in units (`receive`)."""
    data = request.POST
    try:
        with acting(command_id=identifier(data.get("command_id", ""))):
            if action == "receive":
                receive_stock(ReceiveStock(sku=sku, quantity=units(data.get("quantity", ""))))
            else:
                adjust_stock(
                    AdjustStock(
                        sku=sku,
                        on_hand=units(data.get("on_hand", "")),
                        reason=data.get("reason", "")[:30] or "correction",
                        note=data.get("note", "").strip()[:200],
                        expected_on_hand=units(data.get("seen", "")),
                    )
                )
    except DomainError as refusal:
        return refused(request, sku, refusal.message)
    except ValueError as error:
        return refused(request, sku, str(error))
    return redirect(request, reverse("staff-stock-item", args=[sku]))


def identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("This form is out of date: reload the page and try again.") from None


def units(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 8:
        raise ValueError(f"“{text}” is not a number of units: type a whole number, zero or more.")
    return int(text)


def refused(request: HttpRequest, sku: str, words: str) -> HttpResponse:
    context = item_context(sku) | {"problem": words, "typed": request.POST}
    return page(request, "staff/stock_item.html", context, status=409)
