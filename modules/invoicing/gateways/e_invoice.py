"""EN 16931 by the library factur-x (Akretion): a document as XML of the Cross Industry Invoice.

One line a document line, the delivery among them. A net price is that of all units together (BT-149
says of how many), so that no price is ever rounded.
"""

from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module
from typing import Any

from modules.invoicing.contracts import Document, DocumentLine, DocumentTax, NoElectronicInvoice
from modules.kernel.address import Address
from modules.kernel.money import Money, exponent

LEVEL = "en16931"
# UNTDID 1001.
TYPE_CODES = {"invoice": "380", "credit-note": "381"}
# VATEX codes and the words beside them, which EN 16931 wants in any language.
EXEMPTIONS = {
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
}
PIECE = "C62"
CENT = Decimal("0.01")
TRANSFER, BY_AGREEMENT = "58", "ZZZ"


def cross_industry_invoice(document: Document, *, line_titles: tuple[str, ...]) -> bytes:
    """Returns the document as XML that conforms to the schema; the same bytes every time.

    Raises:
        NoElectronicInvoice: its currency has three decimals, its buyer was erased, the tax is the
            buyer's and no VAT id of theirs is known, or a currency without decimals was rounded
            line by line too coarsely.
    """
    _refuse_what_cannot_be_said(document)
    # Loading the library takes long and a lot of memory, and only downloads need it.
    library: Any = import_module("facturx")
    xml: bytes = library.generate_cii_xml(
        _business_terms(document, line_titles), level=LEVEL, check_xsd=True, check_schematron=False
    )
    return xml


def _refuse_what_cannot_be_said(document: Document) -> None:
    why = ""
    if exponent(document.currency) > 2:
        why = f"EN 16931 knows two decimals and {document.currency} has three."
    elif len(document.buyer.country) != 2:
        why = "The buyer's data was erased, and an electronic invoice has to name the buyer."
    elif any(tax.category == "AE" for tax in document.taxes) and not document.buyer_vat_id:
        why = "The buyer accounts for the tax, and the order holds no VAT id of theirs."
    elif any(not _is_near(document, tax) for tax in document.taxes):
        why = "Its tax was rounded line by line and is a whole unit off the tax of the sum."
    if why:
        raise NoElectronicInvoice(f"{why} The PDF says the same.", number=document.number)


def _business_terms(document: Document, line_titles: tuple[str, ...]) -> dict[str, Any]:
    due_minor = document.terms.due_minor
    terms: dict[str, Any] = {
        "BT-1": document.number,
        "BT-2": document.issued_on,
        "BT-3": TYPE_CODES[document.kind],
        "BT-5": document.currency,
        "BT-14": document.order_number,
        "BT-81": TRANSFER if due_minor else BY_AGREEMENT,
        "BT-106": _amount(document, document.net_minor),
        "BT-109": _amount(document, document.net_minor),
        "BT-110": _amount(document, document.tax_minor),
        "BT-112": _amount(document, document.total_minor),
        "BT-113": _amount(document, document.total_minor - due_minor),
        "BT-115": _amount(document, due_minor),
        "BG-4": _seller(document),
        "BG-7": _party(document.buyer, document.buyer_vat_id),
        "BG-23": [_tax(document, tax) for tax in document.taxes],
        "BG-25": [
            _line(document, number, line, title)
            for number, (line, title) in enumerate(
                zip(document.lines, line_titles, strict=True), start=1
            )
        ],
    }
    if due_minor:
        terms |= {
            "BT-9": document.terms.due_on,
            "BT-83": document.number,
            "BT-84": document.seller.iban,
        }
    else:
        terms["BT-82"] = document.terms.method or "Paid"
    if document.supplied_on:
        terms["BT-72"] = document.supplied_on
    else:
        # Without a word on the delivery the library writes an empty element, which is invalid.
        terms["BG-13"] = {"name": document.buyer.name, "country_code": document.country}
    if document.cites:
        terms["BG-3"] = [{"BT-25": document.cites, "BT-26": document.cited_on}]
    return terms


def _seller(document: Document) -> dict[str, Any]:
    seller = document.seller
    return {
        "name": seller.name,
        "legal_identifier": seller.registration,
        "vat_identifier": seller.vat_id,
        "addr_l1": seller.line1,
        "postcode": seller.postcode,
        "city": seller.city,
        "country_code": seller.country,
        "einvoicing_addr": seller.email,
        "einvoicing_addr_schemeid": "EM",
    }


def _party(address: Address, vat_id: str) -> dict[str, Any]:
    party = {
        "name": address.name,
        "addr_l1": address.line1,
        "addr_l2": address.line2,
        "postcode": address.postcode,
        "city": address.city,
        "country_subdivision": address.region,
        "country_code": address.country,
        "vat_identifier": vat_id,
    }
    return {name: value for name, value in party.items() if value}


def _tax(document: Document, tax: DocumentTax) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "BT-116": _amount(document, tax.net_minor),
        "BT-117": _amount(document, tax.tax_minor),
        "BT-118": tax.category,
        "BT-119": _percent(tax.rate_millionths),
    }
    if tax.category in EXEMPTIONS:
        entry["BT-121"], entry["BT-120"] = EXEMPTIONS[tax.category]
    return entry


def _line(document: Document, number: int, line: DocumentLine, title: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "BT-126": str(number),
        "BT-129": str(line.quantity),
        "BT-130": PIECE,
        "BT-131": _amount(document, line.net_minor),
        "BT-146": _amount(document, line.net_minor),
        "BT-149": str(line.quantity),
        "BT-151": line.tax_category,
        "BT-152": _percent(line.tax_rate_millionths),
        "BT-153": title,
    }
    if line.sku:
        entry["BT-155"] = line.sku
    return entry


def _is_near(document: Document, tax: DocumentTax) -> bool:
    """Tells what the rules BR-S-09 and its like ask: less than one unit off net times rate."""
    net, given = (
        Decimal(minor).scaleb(-exponent(document.currency))
        for minor in (tax.net_minor, tax.tax_minor)
    )
    exact = net * Decimal(tax.rate_millionths).scaleb(-6)
    return abs(given - exact.quantize(CENT, ROUND_HALF_UP)) < 1


def _amount(document: Document, minor: int) -> str:
    return str(Money(minor, document.currency)).split()[0]


def _percent(rate_millionths: int) -> str:
    return f"{Decimal(rate_millionths).scaleb(-4):f}".rstrip("0").rstrip(".") or "0"
