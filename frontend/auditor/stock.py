"""Stock for auditors: every SKU, now or as it was at a moment on either clock."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.htmx import page
from frontend.moments import asked_moment, moment_context, stock_then
from modules.inventory.selectors import stock_list
from modules.kernel.errors import DomainError


@auditor_only
def stock_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:64]
    number = request.GET.get("page", "1")
    moment, found, problem = None, None, ""
    try:
        moment = asked_moment(request)
        wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
        found = stock_list(query, page=wanted, as_of=moment)
    except DomainError as refusal:
        problem = refusal.message
    fields = moment_context(request, moment)
    address = {name: value for name, value in fields.items() if value and name != "moment"}
    more = found is not None and found.page < found.pages
    context = {
        **fields,
        "found": found,
        "query": query,
        "problem": problem,
        "address": urlencode(address),
        "next_url": "?" + urlencode({**address, "q": query, "page": found.page + 1})
        if found and more
        else "",
    }
    return page(request, "auditor/stock.html", context, status=422 if problem else 200)


@auditor_only
def stock_item(request: HttpRequest, sku: str) -> HttpResponse:
    return stock_then(request, sku, desk="auditor")
