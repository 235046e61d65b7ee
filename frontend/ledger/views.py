"""The books: trial balance, statements, single entries, and the journal as a file."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from frontend.access import books_only
from frontend.htmx import page
from frontend.ledger.asking import CLOCKS, clock, moment
from frontend.presenting import Crumb
from modules.kernel.errors import DomainError
from modules.ledger.contracts import (
    JOURNAL_FORMATS,
    JournalFormat,
    StatementQuery,
    TrialBalance,
)
from modules.ledger.selectors import (
    behind,
    chart,
    journal_file,
    order_entries,
    statement,
    trial_balance,
)

ROWS = 100


@books_only
def balance_page(request: HttpRequest) -> HttpResponse:
    problem, at = asked_moment(request, "at")
    found = trial_balance(at, clock(request))
    context = {
        "found": found,
        "groups": groups(found),
        "behind": behind(),
        "problem": problem,
        "at": request.GET.get("at", ""),
        "by": clock(request),
        "clocks": CLOCKS,
        "formats": {code: title for code, (title, _) in JOURNAL_FORMATS.items()},
    }
    return page(
        request, "ledger/balance.html", context, partial="rows", status=422 if problem else 200
    )


def groups(found: TrialBalance) -> list[dict[str, object]]:
    return [
        {
            "total": total,
            "rows": [each for each in found.balances if each.currency == total.currency],
        }
        for total in found.totals
    ]


@books_only
def statement_page(request: HttpRequest, account: str, currency: str) -> HttpResponse:
    problem, since = asked_moment(request, "since")
    problem_until, until = asked_moment(request, "until", end=True)
    query = StatementQuery(
        account=account,
        currency=currency,
        since=since,
        until=until,
        by=clock(request),
        cursor=request.GET.get("cursor", "")[:100],
        limit=ROWS,
    )
    found = statement(query)
    address = request.GET.copy()
    address["cursor"] = found.next_cursor
    context = {
        "found": found,
        "problem": problem or problem_until,
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "by": query.by,
        "clocks": CLOCKS,
        "more": f"?{address.urlencode()}" if found.next_cursor else "",
        "others": chart(),
        "crumbs": [
            Crumb(label="Books", url=reverse("ledger")),
            Crumb(label=found.account.title),
        ],
    }
    refused = bool(context["problem"])
    return page(
        request, "ledger/statement.html", context, partial="rows", status=422 if refused else 200
    )


@books_only
def order_page(request: HttpRequest, order_id: UUID) -> HttpResponse:
    entries = order_entries(order_id)
    context = {
        "entries": entries,
        "number": entries[0].number if entries else "",
        "order_id": order_id,
        "crumbs": [Crumb(label="Books", url=reverse("ledger")), Crumb(label="Order")],
    }
    return page(request, "ledger/order.html", context)


@books_only
def export(request: HttpRequest, kind: JournalFormat) -> HttpResponse | StreamingHttpResponse:
    """Answers the journal as a file; it is written while it is sent, however long it is."""
    problem, since = asked_moment(request, "since")
    problem_until, until = asked_moment(request, "until", end=True)
    if problem or problem_until:
        return HttpResponse(problem or problem_until, status=422, content_type="text/plain")
    lines = journal_file(kind, since=since, until=until, by=clock(request))
    response = StreamingHttpResponse(lines, content_type=JOURNAL_FORMATS[kind][1])
    response["Content-Disposition"] = f'attachment; filename="journal.{kind}"'
    return response


def asked_moment(
    request: HttpRequest, name: str, *, end: bool = False
) -> tuple[str, datetime | None]:
    """Returns what is wrong with a time in the address, and the time."""
    try:
        return "", moment(request.GET.get(name, ""), end=end)
    except (DomainError, ValueError) as refusal:
        return str(refusal), None
