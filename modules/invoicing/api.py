"""Invoices and credit notes over HTTP, for whoever may open their order."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Router
from pydantic import Field

from modules.invoicing import rendering, selectors
from modules.invoicing.contracts import Document, DocumentNotFound, DocumentSummary
from modules.orders.contracts import LinkRefused, OrderNotFound
from modules.orders.selectors import order_by_token, order_detail
from modules.wire import Called, Identifier, Reply

router = Router(tags=["invoices"])

OrderId = Annotated[Identifier, Path(description="The order's id.")]
Number = Annotated[
    str,
    Path(
        description="The document's number.",
        min_length=1,
        max_length=40,
        pattern=r"^[0-9A-Za-z-]+$",
        examples=["INV-2026-000001"],
    ),
]


def opens(request: Called, order_id: UUID, customer_id: UUID | None) -> bool:
    """Tells whether the caller may open an order: its buyer, its token, or a key for all."""
    caller = request.auth
    if caller.may("orders:read") or caller.owns(customer_id):
        return True
    try:
        return bool(caller.link) and order_by_token(caller.link) == order_id
    except LinkRefused:
        return False


class DocumentTaxReply(Reply):
    """The tax of one rate over a document."""

    category: Literal["S", "Z", "AE", "G"] = Field(description="UNTDID 5305.", examples=["S"])
    rate_millionths: int = Field(description="200000 is 20 %.", examples=[200_000])
    net_minor: int = Field(description="Taxed amount.", examples=[2558])
    tax_minor: int = Field(description="Tax on it.", examples=[512])


class DocumentReply(Reply):
    """An invoice or a credit note; amounts are positive minor units of `currency`."""

    kind: Literal["invoice", "credit-note"] = Field(description="Which.", examples=["invoice"])
    number: str = Field(description="Its number.", examples=["INV-2026-000001"])
    issued_on: date = Field(description="Day in the shop's time zone.", examples=["2026-03-02"])
    cites: str = Field(description="A credit note's invoice, or empty.", examples=[""])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    net_minor: int = Field(description="Without tax.", examples=[2558])
    tax_minor: int = Field(description="Tax.", examples=[512])
    total_minor: int = Field(description="With tax.", examples=[3070])
    taxes: tuple[DocumentTaxReply, ...] = Field(description="By rate.", examples=[[]])


@router.get("/orders/{order_id}/invoices", response=list[DocumentReply])
def invoices(request: Called, order_id: OrderId) -> tuple[DocumentSummary, ...]:
    """List an order's invoices and credit notes, oldest first."""
    if not opens(request, order_id, order_detail(order_id).customer_id):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    return selectors.documents_of(order_id)


def opened(request: Called, number: str) -> Document:
    """Returns a document to whoever may open its order; to others it does not exist.

    Raises:
        DocumentNotFound: there is none, or not for the caller.
    """
    found = selectors.document(number)
    if not opens(request, found.order_id, found.customer_id):
        raise DocumentNotFound(
            "There is no invoice and no credit note of this number.", number=number
        )
    return found


def file_extra(media_type: str, *refusals: int) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {
        "responses": {200: {"description": "The file.", "content": content}},
        "x-refusals": [*refusals],
    }


@router.get("/invoices/{number}.pdf", openapi_extra=file_extra("application/pdf"))
def pdf(request: Called, number: Number) -> HttpResponse:
    """Download a document as PDF/A-3, with the XML of EN 16931 inside where there can be one."""
    found = opened(request, number)
    return file(rendering.pdf(found), "application/pdf")


@router.get("/invoices/{number}.xml", openapi_extra=file_extra("application/xml", 409))
def xml(request: Called, number: Number) -> HttpResponse:
    """Download a document as XML of EN 16931 (Factur-X, ZUGFeRD)."""
    found = opened(request, number)
    return file(rendering.xml(found), "application/xml")


def file(content: bytes, media_type: str) -> HttpResponse:
    return HttpResponse(
        content, headers={"Cache-Control": "private, no-store"}, content_type=media_type
    )
