"""Totals and rows of read models for auditors, now or as they were at a moment on either clock."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.htmx import page, wants_fragment
from frontend.moments import EFFECTIVE, KNOWN, asked_moment, moment_context
from modules.audit.commands import count_some
from modules.audit.contracts import RowThen
from modules.audit.selectors import events_to_count, find, flat, read_models, row_then, totals
from modules.kernel.errors import DomainError, NotFound


@auditor_only
def totals_page(request: HttpRequest) -> HttpResponse:
    moment, found, problem = None, None, ""
    if wants_fragment(request) or "counting" in request.GET:
        count_some()
    left = events_to_count()
    try:
        moment = asked_moment(request)
        found = None if left else totals(moment).currencies
    except DomainError as refusal:
        problem = refusal.message
    asked = {name: request.GET.get(name, "") for name in (KNOWN, EFFECTIVE)}
    context = {
        "found": found,
        "problem": problem,
        "uncounted": left,
        "count_on": "?" + urlencode({**asked, "counting": "on"}),
        **moment_context(request, moment),
    }
    return page(
        request, "auditor/totals.html", context, partial="sums", status=422 if problem else 200
    )


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
