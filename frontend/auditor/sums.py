"""Totals and rows of read models for auditors, now or as they were at a moment on either clock."""

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.htmx import page
from frontend.moments import asked_moment, moment_context
from modules.audit.contracts import RowThen
from modules.audit.selectors import find, flat, read_models, row_then, totals
from modules.kernel.errors import DomainError, NotFound


@auditor_only
def totals_page(request: HttpRequest) -> HttpResponse:
    moment, found, problem = None, None, ""
    try:
        moment = asked_moment(request)
        found = totals(moment).currencies
    except DomainError as refusal:
        problem = refusal.message
    context = {"found": found, "problem": problem, **moment_context(request, moment)}
    return page(request, "auditor/totals.html", context, status=422 if problem else 200)


@auditor_only
def row_page(request: HttpRequest) -> HttpResponse:
    """Shows a row of a read model, folded afresh; before anything is asked, the form alone."""
    names = read_models()
    name = request.GET.get("model", names[0])[:100]
    reference = request.GET.get("q", "").strip()[:100]
    moment, problem, status = None, "", 200
    found: RowThen | None = None
    try:
        moment = asked_moment(request)
        if reference:
            found = row_then(name, find(reference), moment)
    except DomainError as refusal:
        problem, status = refusal.message, 404 if isinstance(refusal, NotFound) else 422
    context = {
        "names": names,
        "name": name,
        "query": reference,
        "found": found,
        "fields": flat(found.columns) if found else {},
        "problem": problem,
        **moment_context(request, moment),
    }
    return page(request, "auditor/row.html", context, status=status)
