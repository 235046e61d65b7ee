"""Where the books and a provider differ: open cases, closing them, comparing now, files."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from frontend.access import books_only, staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_names
from frontend.presenting import Crumb
from modules.kernel.errors import DomainError, NotFound
from modules.ledger.commands import close_case, reconcile, reconcile_file
from modules.ledger.contracts import (
    CASE_KINDS,
    CloseCase,
    Reconciliation,
    SettlementFile,
    SettlementFileRefused,
)
from modules.ledger.selectors import case, case_counts, cases, reconcilable, reconciliations
from modules.payments.selectors import payment_methods

STATUSES = {"open": "Open", "agreed": "Agreed since", "closed": "Closed by people"}
LARGEST_FILE = 20 * 1024 * 1024


@books_only
def case_list(request: HttpRequest) -> HttpResponse:
    return page(request, "ledger/cases.html", list_context(request))


def list_context(request: HttpRequest) -> dict[str, object]:
    status = request.GET.get("status", "open")
    status = status if status in STATUSES else "open"
    counts = case_counts()
    return {
        "status": status,
        "cases": [(each, CASE_KINDS[each.kind]) for each in cases(status)],
        "passes": reconciliations(10),
        "providers": reconcilable(),
        "methods": payment_methods(),
        "tabs": [
            {
                "label": label,
                "url": f"?status={code}",
                "current": code == status,
                "count": counts.get(code, 0),
            }
            for code, label in STATUSES.items()
        ],
    }


@books_only
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return page(request, "ledger/case.html", case_context(case_id))


def case_context(case_id: UUID) -> dict[str, object]:
    found = case(case_id)
    return {
        "case": found,
        "words": CASE_KINDS[found.kind],
        "closed_by": actor_names([found.closed_by])[found.closed_by] if found.closed_by else "",
        "crumbs": [
            Crumb(label="Books", url=reverse("ledger")),
            Crumb(label="Cases", url=reverse("ledger-cases")),
            Crumb(label=CASE_KINDS[found.kind]),
        ],
    }


@require_POST
@staff_only
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Closes a case with a reason; without one the page comes back and says so."""
    reason = request.POST.get("reason", "")[:500]
    try:
        close_case(CloseCase(case_id=case_id, reason=reason))
    except NotFound:
        raise
    except DomainError as refusal:
        context = case_context(case_id) | {"problem": refusal.message, "reason": reason}
        return page(request, "ledger/case.html", context, status=409)
    return redirect(request, reverse("ledger-case", args=[case_id]))


@require_POST
@staff_only
def compare(request: HttpRequest) -> HttpResponse:
    """Asks a provider for its books now."""
    try:
        done = reconcile(request.POST.get("provider", "")[:50])
    except DomainError as refusal:
        context = list_context(request) | {"problem": refusal.message}
        return page(request, "ledger/cases.html", context, status=409)
    return page(request, "ledger/cases.html", list_context(request) | {"done": words(done)})


@require_POST
@staff_only
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a settlement file, or says line by line why it does not."""
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > LARGEST_FILE:
        problem = "Choose a file of at most 20 MB."
        return page(
            request, "ledger/cases.html", list_context(request) | {"problem": problem}, status=422
        )
    file = SettlementFile(
        provider=request.POST.get("provider", "")[:50],
        name=(sent.name or "settlement.csv")[:100],
        content=sent.read(),
    )
    try:
        done = reconcile_file(file)
    except DomainError as refusal:
        problems = (
            refusal.fields.get("problems") if isinstance(refusal, SettlementFileRefused) else ()
        )
        context = list_context(request) | {"problem": refusal.message, "lines": problems}
        return page(request, "ledger/cases.html", context, status=422)
    return page(request, "ledger/cases.html", list_context(request) | {"done": words(done)})


def words(done: Reconciliation) -> str:
    return (
        f"{done.records} lines compared, {done.repeated} of them known before. {done.matched} agree"
        f" now, {done.heard} of these had not reached us. {done.booked} booked,"
        f" {done.opened} cases opened, {done.closed} closed."
    )
