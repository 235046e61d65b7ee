"""Invoices and credit notes as pages and files, for shoppers and staff alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from frontend.errors import answer
from modules.invoicing.contracts import (
    Document,
    DocumentSummary,
    Link,
    NoElectronicInvoice,
    PaperUnavailable,
)
from modules.invoicing.selectors import document_page, document_pdf, document_xml
from modules.kernel.money import Money

TITLES = {"invoice": "Invoice", "credit-note": "Credit note"}
MEDIA_TYPES = {"pdf": "application/pdf", "xml": "application/xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDocument:
    """A document in a list, with the addresses of its page and its files."""

    title: str
    number: str
    issued_on: date
    order_number: str
    amount: Money
    url: str
    files: tuple[Link, ...]


def shown_documents(
    found: Iterable[DocumentSummary], view: str, *before: object
) -> list[ShownDocument]:
    """Returns documents for a list; `view` names the page's URL, which takes `before` + number."""
    return [
        ShownDocument(
            title=TITLES[each.kind],
            number=each.number,
            issued_on=each.issued_on,
            order_number=each.order_number,
            amount=Money(each.sign * each.total_minor, each.currency),
            url=reverse(view, args=[*before, each.number]),
            files=tuple(files_of(each.number, view, *before)),
        )
        for each in found
    ]


def files_of(number: str, view: str, *before: object) -> list[Link]:
    """Returns the links to a document's files."""
    return [
        Link(url=reverse(f"{view}-file", args=[*before, number, kind]), label=kind.upper())
        for kind in MEDIA_TYPES
    ]


def document_answer(document: Document, links: Sequence[Link], status: int = 200) -> HttpResponse:
    return HttpResponse(document_page(document, links), status=status)


def file_answer(
    request: HttpRequest, document: Document, kind: str, links: Sequence[Link]
) -> HttpResponse:
    """Answers a file; where this server makes no PDF, the page itself, which says why."""
    try:
        content = document_pdf(document) if kind == "pdf" else document_xml(document)
    except PaperUnavailable:
        return document_answer(document, links, status=503)
    except NoElectronicInvoice as refusal:
        return answer(request, 409, {"reason": refusal.message}, refusal.message)
    disposition = f'attachment; filename="{document.number}.{kind}"'
    return HttpResponse(
        content,
        content_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": disposition},
    )
