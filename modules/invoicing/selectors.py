"""What can be asked about invoices and credit notes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db.models import Count

from events.privacy.sealing import personal_fields
from events.repository import load_or_none
from modules.invoicing import rendering
from modules.invoicing.contracts import (
    Document,
    DocumentNotFound,
    DocumentSummary,
    DocumentTax,
    Kind,
    Link,
    RateTotal,
)
from modules.invoicing.domain.billing import Billing, billing_of
from modules.invoicing.gateways import paper
from modules.invoicing.models import DocumentRow

LIST_LIMIT = 500


PAPER_STYLESHEET = rendering.STYLESHEET


def documents_of(order_id: UUID) -> tuple[DocumentSummary, ...]:
    """Returns the documents of an order, in the order in which they were issued; one query."""
    rows = DocumentRow.objects.filter(order_id=order_id).order_by("version")
    return tuple(_summary(row) for row in rows)


def document_counts(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Returns how many documents each of these orders has, if it has any."""
    rows = DocumentRow.objects.filter(order_id__in=order_ids).values_list("order_id")
    return dict(rows.annotate(Count("number")))


def documents_of_customer(customer_id: UUID) -> tuple[DocumentSummary, ...]:
    """Returns the latest documents of an account, newest first, 500 at most; one query."""
    rows = DocumentRow.objects.filter(customer_id=customer_id)
    return tuple(_summary(row) for row in rows.order_by("-issued_on", "-number")[:LIST_LIMIT])


def documents_between(first: date, last: date) -> Iterator[DocumentSummary]:
    """Yields all documents issued from one day to another, both included, by series and number."""
    rows = DocumentRow.objects.filter(issued_on__gte=first, issued_on__lte=last)
    for row in rows.order_by("series", "number").iterator():
        yield _summary(row)


def rate_totals(documents: Iterable[DocumentSummary]) -> tuple[RateTotal, ...]:
    """Returns invoices minus credit notes by currency, country and rate, as a tax return asks."""
    sums: dict[tuple[str, str, str, int], list[int]] = {}
    for each in documents:
        for tax in each.taxes:
            key = (each.currency, each.country, tax.category, tax.rate_millionths)
            entry = sums.setdefault(key, [0, 0, 0])
            entry[0] += each.sign * tax.net_minor
            entry[1] += each.sign * tax.tax_minor
            entry[2] += 1
    return tuple(
        RateTotal(
            currency=currency,
            country=country,
            category=category,  # type: ignore[arg-type]  # stored from the same literal
            rate_millionths=rate,
            net_minor=net,
            tax_minor=tax,
            total_minor=net + tax,
            documents=count,
        )
        for (currency, country, category, rate), (net, tax, count) in sorted(sums.items())
    )


def document(number: str) -> Document:
    """Returns the document of a number; of a buyer who was erased it says `erased`.

    Raises:
        DocumentNotFound: there is none.
    """
    typed = number.strip().upper()
    order_id = None
    if typed.isprintable():
        rows = DocumentRow.objects.filter(number=typed)
        order_id = rows.values_list("order_id", flat=True).first()
    billing = load_or_none(Billing, billing_of(order_id)) if order_id else None
    for each in billing.documents if billing else ():
        if each.number == typed:
            return each
    raise DocumentNotFound("There is no invoice and no credit note of this number.", number=number)


def kept_document(number: str) -> Document:
    """Returns a document with what the law wants kept of its buyer, erased or not.

    For the shop's own books and the tax office. Raises: DocumentNotFound.
    """
    with personal_fields("kept"):
        return document(number)


def order_document(order_id: UUID, number: str) -> Document:
    """Returns a document if it is this order's, for whoever may open the order.

    Raises:
        DocumentNotFound: there is none, or it is another order's.
    """
    found = document(number)
    if found.order_id != order_id:
        raise DocumentNotFound("This order has no document of this number.", number=number)
    return found


def document_page(found: Document, links: Sequence[Link] = ()) -> str:
    """Returns a document as a page of its own; `links` stand above it, and whether PDF is there."""
    return rendering.page(found, links=links)


def document_pdf(found: Document) -> bytes:
    """Returns a document as PDF/A-3, with the XML of EN 16931 inside where there can be one.

    Raises:
        PaperUnavailable: this server cannot make PDFs.
    """
    return rendering.pdf(found)


def printed(html: str, *, identifier: bytes, moment: datetime) -> bytes:
    """Returns another module's page as PDF/A-3; equal arguments give equal bytes.

    It may name `PAPER_STYLESHEET` and other static files of the shop by their paths.

    Raises:
        PaperUnavailable: this server cannot make PDFs.
    """
    return paper.pdf(html, identifier=identifier, moment=moment, attachment=None)


def document_xml(found: Document) -> bytes:
    """Returns a document as XML of EN 16931. Raises: NoElectronicInvoice: it cannot be said."""
    return rendering.xml(found)


def _summary(row: DocumentRow) -> DocumentSummary:
    kind: Kind = "invoice" if row.kind == "invoice" else "credit-note"
    return DocumentSummary(
        id=row.id,
        kind=kind,
        number=row.number,
        issued_on=row.issued_on,
        order_id=row.order_id,
        order_number=row.order_number,
        customer_id=row.customer_id,
        country=row.country,
        currency=row.currency,
        taxes=msgspec.convert(row.taxes, tuple[DocumentTax, ...]),
        net_minor=row.net_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        cites=row.cites,
    )
