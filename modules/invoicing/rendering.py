"""A document as people read it, in its own language: the page, and the same page as PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import override

from modules.invoicing.contracts import Document, DocumentLine, Link, NoElectronicInvoice
from modules.invoicing.gateways import paper
from modules.invoicing.gateways.e_invoice import cross_industry_invoice
from modules.kernel.money import Money
from modules.kernel.wording import ENGLISH, written

STYLESHEET = "invoicing/document.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: str
    text: str


def page(document: Document, *, links: Sequence[Link] = ()) -> str:
    """Returns the document as a page of its own, to read or print; `links` stand above it."""
    return _html(document, stylesheet=static(STYLESHEET), links=links)


def pdf(document: Document) -> bytes:
    """Returns the document as PDF, the XML of EN 16931 inside where it can be; always equal bytes.

    Raises:
        PaperUnavailable: this server cannot make PDFs.
    """
    try:
        attachment = xml(document)
    except NoElectronicInvoice:
        attachment = None
    return paper.pdf(
        _html(document, stylesheet=f"{paper.BASE}{STYLESHEET}"),
        identifier=document.id.bytes,
        moment=datetime.combine(document.issued_on, time(), tzinfo=UTC),
        attachment=attachment,
    )


def xml(document: Document) -> bytes:
    """Returns the document as XML of EN 16931. Raises: NoElectronicInvoice."""
    with override(document.language):
        titles = tuple(_title(line) for line in document.lines)
    return cross_industry_invoice(document, line_titles=titles)


def title_of(document: Document) -> str:
    """Returns what the document is called, in the present language."""
    return _("Invoice") if document.kind == "invoice" else _("Credit note")


def _html(document: Document, *, stylesheet: str, links: Sequence[Link] = ()) -> str:
    with override(document.language):
        context = {
            "document": document,
            "language": document.language,
            "title": title_of(document),
            "shop_name": settings.SHOP_NAME,
            "stylesheet": stylesheet,
            "links": links,
            "no_paper": _no_paper() if links else "",
            **_Words(document).context(),
        }
        return render_to_string("invoicing/document.html", context)


def _no_paper() -> str:
    why = paper.missing()
    return _("PDF is not available on this server: %(why)s") % {"why": why} if why else ""


def _title(line: DocumentLine) -> str:
    match line.kind:
        case "delivery":
            return _("Delivery: %(title)s") % {"title": line.title}
        case "reduction":
            return _("Price reduction")
    return line.title


class _Words:
    """Everything a document says, in the present language and its own currency."""

    def __init__(self, document: Document) -> None:
        self.document = document
        known = Locale.negotiate([document.language], ["de", "fr"])
        self.locale = known or ENGLISH

    def context(self) -> dict[str, object]:
        document = self.document
        included = document.tax_included
        return {
            "buyer": self.buyer(),
            "facts": list(self.facts()),
            "cited_on": self.day(document.cited_on),
            "unit_price_label": _("Unit price incl. VAT") if included else _("Unit price"),
            "rows": [self.row(line) for line in document.lines],
            "taxes": [
                {
                    "rate": self.rate(tax.rate_millionths),
                    "net": self.money(tax.net_minor),
                    "tax": self.money(tax.tax_minor),
                    "gross": self.money(tax.net_minor + tax.tax_minor),
                }
                for tax in document.taxes
            ],
            "net": self.money(document.net_minor),
            "tax": self.money(document.tax_minor),
            "total": self.money(document.total_minor),
            "total_label": _("Total") if document.kind == "invoice" else _("Total credited"),
            "notes": list(self.notes()),
        }

    def buyer(self) -> list[str]:
        address = self.document.buyer
        country = self.locale.territories.get(address.country, address.country)
        town = f"{address.postcode} {address.city}".strip()
        lines = [address.name, address.line1, address.line2, town, address.region, country]
        if self.document.buyer_vat_id:
            lines.append(f"{_('VAT no.')} {self.document.buyer_vat_id}")
        # Of somebody who was erased every part says so; once is enough.
        return list(dict.fromkeys(line for line in lines if line))

    def facts(self) -> Iterator[Fact]:
        document = self.document
        yield Fact(label=_("Number"), text=document.number)
        yield Fact(label=_("Date"), text=self.day(document.issued_on))
        if document.supplied_on:
            yield Fact(label=_("Date of supply"), text=self.day(document.supplied_on))
        yield Fact(label=_("Order"), text=document.order_number)
        yield Fact(label=_("Ordered on"), text=self.day(document.ordered_on))
        if document.terms.due_on:
            yield Fact(label=_("Payable until"), text=self.day(document.terms.due_on))

    def row(self, line: DocumentLine) -> dict[str, str]:
        return {
            "title": _title(line),
            "note": " · ".join(part for part in (line.sku, self.reason(line)) if part),
            "quantity": str(line.quantity),
            "unit_price": self.money(line.unit_price_minor),
            "discount": self.money(-line.discount_minor) if line.discount_minor else "",
            "net": self.money(line.net_minor),
            "rate": self.rate(line.tax_rate_millionths),
            "gross": self.money(line.total_minor),
        }

    def reason(self, line: DocumentLine) -> str:
        words = {"cancelled": _("cancelled"), "returned": _("returned")}
        return words.get(line.reason, "")

    def notes(self) -> Iterator[str]:
        document = self.document
        categories = {tax.category for tax in document.taxes}
        if "AE" in categories:
            yield _("Reverse charge: the buyer accounts for the VAT.")
        if "G" in categories:
            yield _("Export: delivered outside the area in which the seller charges VAT.")
        if document.kind == "credit-note":
            yield _("The amount is given back by the way it was paid.")
        elif document.terms.due_on:
            yield _(
                "Please transfer %(total)s until %(day)s to IBAN %(iban)s and name %(number)s."
            ) % {
                "total": self.money(document.terms.due_minor),
                "day": self.day(document.terms.due_on),
                "iban": document.seller.iban,
                "number": document.number,
            }
        elif document.terms.method:
            yield _("Paid by: %(method)s.") % {"method": document.terms.method}

    def money(self, minor: int) -> str:
        return written(Money(minor, self.document.currency), self.locale)

    def rate(self, millionths: int) -> str:
        percent = format_decimal(Decimal(millionths).scaleb(-4), "0.####", locale=self.locale)
        return f"{percent}\N{NO-BREAK SPACE}%"

    def day(self, day: date | None) -> str:
        return format_date(day, "long", locale=self.locale) if day else ""
