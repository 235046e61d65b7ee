"""Staff's register of invoices and credit notes: a period with its taxes, as page and as CSV."""

import csv
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from frontend.access import staff_only
from frontend.documents import TITLES, document_answer, file_answer, files_of, shown_documents
from frontend.htmx import page, redirect
from modules.invoicing.contracts import DocumentSummary, Link, RateTotal
from modules.invoicing.selectors import documents_between, kept_document, rate_totals
from modules.kernel.clock import now
from modules.kernel.money import Money
from modules.notifications.commands import send_invoice_again
from modules.notifications.contracts import SendInvoiceAgain

VIEW = "staff-invoice"
SHOWN = 500
COLUMNS = (
    "number",
    "kind",
    "issued_on",
    "order",
    "cites",
    "country",
    "currency",
    "category",
    "rate_percent",
    "net",
    "tax",
    "gross",
)
# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@staff_only
def invoice_list(request: HttpRequest) -> HttpResponse:
    first, last = period(request)
    found = list(documents_between(first, last))
    context = {
        "first": first,
        "last": last,
        "documents": shown_documents(reversed(found[-SHOWN:]), VIEW),
        "count": len(found),
        "totals": [shown_total(each) for each in rate_totals(found)],
        "csv_url": f"{reverse('staff-invoices-csv')}?from={first}&until={last}",
    }
    return page(request, "staff/invoices.html", context, partial="rows")


@require_safe
@staff_only
def invoice_csv(request: HttpRequest) -> HttpResponse:
    """Answers a row for each rate of each document; amounts of credit notes are negative."""
    first, last = period(request)
    writer = csv.writer(Line())
    rows = (writer.writerow(row) for row in (COLUMNS, *csv_rows(documents_between(first, last))))
    return HttpResponse(
        rows,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="invoices-{first}-{last}.csv"'},
    )


@require_safe
@staff_only
def invoice_page(request: HttpRequest, number: str) -> HttpResponse:
    found = kept_document(number)
    return document_answer(found, links(found.order_id, found.number))


@require_safe
@staff_only
def invoice_file(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    found = kept_document(number)
    return file_answer(request, found, kind, links(found.order_id, found.number))


@require_POST
@staff_only
def send_again(request: HttpRequest, number: str) -> HttpResponse:
    order_id = send_invoice_again(SendInvoiceAgain(number=number))
    messages.success(request, f"{number} is on its way to the customer again.")
    return redirect(request, reverse("staff-order", args=[order_id]))


def links(order_id: object, number: str) -> list[Link]:
    return [
        Link(url=reverse("staff-invoices"), label="All invoices"),
        Link(url=reverse("staff-order", args=[order_id]), label="The order"),
        *files_of(number, VIEW),
    ]


def period(request: HttpRequest) -> tuple[date, date]:
    """Returns the days asked for; what cannot be read is the present month's."""
    today = now().astimezone(ZoneInfo(settings.SHOP_ZONE)).date()
    first = day(request.GET.get("from", "")) or today.replace(day=1)
    end = first.replace(day=monthrange(first.year, first.month)[1])
    return first, day(request.GET.get("until", "")) or end


def day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def shown_total(each: RateTotal) -> dict[str, object]:
    return {
        "country": each.country,
        "category": each.category,
        "rate": percent(each.rate_millionths),
        "net": Money(each.net_minor, each.currency),
        "tax": Money(each.tax_minor, each.currency),
        "gross": Money(each.total_minor, each.currency),
        "documents": each.documents,
    }


def csv_rows(found: Iterator[DocumentSummary]) -> Iterator[tuple[str, ...]]:
    for each in found:
        for tax in each.taxes:
            amounts = (tax.net_minor, tax.tax_minor, tax.net_minor + tax.tax_minor)
            yield (
                safe(each.number),
                TITLES[each.kind],
                each.issued_on.isoformat(),
                safe(each.order_number),
                safe(each.cites),
                safe(each.country),
                each.currency,
                tax.category,
                percent(tax.rate_millionths),
                *(plain(each.sign * minor, each.currency) for minor in amounts),
            )


def safe(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(minor: int, currency: str) -> str:
    return str(Money(minor, currency)).split()[0]


def percent(rate_millionths: int) -> str:
    return f"{Decimal(rate_millionths).scaleb(-4).normalize():f}"


class Line:
    """What `csv.writer` writes to: it hands each line back, to be sent at once."""

    def write(self, text: str) -> str:
        return text
