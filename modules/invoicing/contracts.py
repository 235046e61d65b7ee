"""Invoices and credit notes: what the law wants said about each sale, numbered without a gap.

A **document** is an invoice or a credit note. It is issued once, never changed, and holds all that
it says: seller, buyer, lines, taxes. A **credit note** cites one invoice and takes some of it back;
its amounts are positive. An invoice minus its credit notes is what is **left** of it. A **series**
is all documents of a kind and a year; its numbers follow one another.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from events.privacy.marks import Personal
from modules.kernel.address import Address
from modules.kernel.errors import Conflict, NotFound, Unavailable
from modules.orders.contracts import INVOICE


class DocumentNotFound(NotFound):
    """No invoice and no credit note has this number, or it is not yours. Field: `number`."""

    code = "invoice-not-found"


class DocumentUnsound(Conflict):
    """A document whose amounts do not add up, or that takes back more than is left."""

    code = "invoice-unsound"


class PaperUnavailable(Unavailable):
    """This server cannot make PDFs: a library that WeasyPrint needs is not installed."""

    code = "invoice-pdf-unavailable"


class NoElectronicInvoice(Conflict):
    """EN 16931 cannot say this: three decimals, or a buyer who was erased. Field: `number`."""

    code = "invoice-not-electronic"


type Kind = Literal["invoice", "credit-note"]
# "on-shipment": one invoice a parcel, when it leaves. "on-confirmation": one invoice an order, when
# its payment is promised.
type Policy = Literal["on-shipment", "on-confirmation"]
# Why a line of a credit note takes something back; of an invoice it is empty.
type Reason = Literal["", "cancelled", "returned", "reduced"]
# UNTDID 5305: standard rate, zero rate, reverse charge, export.
type TaxCategory = Literal["S", "Z", "AE", "G"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who sells, as it stood on the day; `registration` is the number in a public register."""

    name: str
    line1: str
    postcode: str
    city: str
    country: str
    vat_id: str
    registration: str
    email: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """Some units of an order's line, its delivery, or a part of a price that is given back.

    Amounts are minor units of the document's currency. `listed_minor` is what the units cost as
    listed (with tax where prices hold it), of which `discount_minor` was taken off; net + tax =
    total. `first_unit` counts the units of the order's line, from 0.
    """

    kind: Literal["goods", "delivery", "reduction"]
    sku: str
    title: str
    quantity: int
    first_unit: int
    unit_price_minor: int
    listed_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    tax_category: TaxCategory
    tax_code: str
    tax_rate_millionths: int
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTax:
    """The tax of one rate over a whole document."""

    category: TaxCategory
    code: str
    rate_millionths: int
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How it is paid: by `method`, and `due_minor` of it by transfer until `due_on`."""

    method: str
    due_minor: int = 0
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice or a credit note, whole. Days are of the shop's time zone.

    `supplied_on` is when the goods left, if they had; `cites` and `cited_on` name a credit note's
    invoice. The buyer's data is sealed, and says `erased` once its period has ended.
    """

    id: UUID
    kind: Kind
    series: str
    number: str
    issued_on: date
    supplied_on: date | None
    order_id: UUID
    order_number: str
    ordered_on: date
    customer_id: UUID | None
    language: str
    currency: str
    country: str
    tax_included: bool
    seller: Seller
    buyer: Annotated[Address, Personal(INVOICE)]
    buyer_vat_id: Annotated[str, Personal(INVOICE)]
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    terms: Terms
    cites: str = ""
    cited_on: date | None = None
    cited_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSummary:
    """A row of a list: what stays for ever, without anybody's data. Amounts are positive."""

    id: UUID
    kind: Kind
    number: str
    issued_on: date
    order_id: UUID
    order_number: str
    customer_id: UUID | None
    country: str
    currency: str
    taxes: tuple[DocumentTax, ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    cites: str

    @property
    def sign(self) -> int:
        """1 for an invoice, -1 for a credit note."""
        return 1 if self.kind == "invoice" else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTotal:
    """Invoices minus credit notes of a period, of one currency, country and rate."""

    currency: str
    country: str
    category: TaxCategory
    rate_millionths: int
    net_minor: int
    tax_minor: int
    total_minor: int
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way on from a document's page."""

    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocuments:
    """Issues what an order lacks: invoices of what left, credit notes of what came back."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIssued:
    """Fact: an invoice or a credit note was issued."""

    document_id: UUID
    order_id: UUID
    kind: Kind
    number: str
    total_minor: int
    currency: str


# The effect that issues what an order lacks.
ISSUE = "invoicing.issue"
