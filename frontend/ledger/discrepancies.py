"""Orders whose quote is wrong: found by asking every rule again, put right in the books."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontend.access import books_only, staff_only
from frontend.htmx import page, redirect
from frontend.ledger.asking import moment
from modules.kernel.errors import DomainError, NotFound
from modules.ledger.commands import correct_order
from modules.ledger.contracts import CorrectOrder
from modules.ledger.selectors import discrepancy_report

# A page is waited for; the command line has no such end.
MOST_ORDERS = 5_000


@books_only
def discrepancies_page(request: HttpRequest) -> HttpResponse:
    context, status = asked(request, 200)
    return page(request, "ledger/discrepancies.html", context, status=status)


def asked(request: HttpRequest, status: int) -> tuple[dict[str, object], int]:
    """Returns what the page shows of the time in the address, and its status."""
    times = {name: request.GET.get(name, "")[:100] for name in ("since", "until")}
    context: dict[str, object] = {"asked": times, "query": request.GET.urlencode()}
    if not request.GET:
        return context, status
    try:
        since, until = moment(times["since"]), moment(times["until"], end=True)
    except ValueError as error:
        return context | {"problem": str(error)}, 422
    return context | {"report": discrepancy_report(since, until, limit=MOST_ORDERS)}, status


@require_POST
@staff_only
def correct(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Corrects the books of an order with a reason; without one the page says so at the order."""
    reason = request.POST.get("reason", "")[:500]
    try:
        correct_order(CorrectOrder(order_id=order_id, reason=reason))
    except NotFound:
        raise
    except DomainError as refusal:
        context, status = asked(request, 409)
        context |= {"refused": order_id, "refusal": refusal.message, "reason": reason}
        return page(request, "ledger/discrepancies.html", context, status=status)
    return redirect(request, f"{reverse('ledger-discrepancies')}?{request.GET.urlencode()}")
