"""Baskets over HTTP. Whoever holds its token (header X-Cart-Token) holds the basket."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Path, Router
from pydantic import Field

from modules.carts import commands, selectors
from modules.carts.contracts import (
    MAXIMUM_QUANTITY,
    Cart,
    CartNotFound,
    CreateCart,
    SetDelivery,
    SetQuantity,
)
from modules.wire import (
    AddressBody,
    AddressReply,
    Body,
    Called,
    Code,
    Country,
    Currency,
    Email,
    Identifier,
    Reply,
)

router = Router(tags=["baskets"])

GONE = "There is no basket with this id."
CartId = Annotated[Identifier, Path(description="The basket's id.")]
SkuInPath = Annotated[str, Path(max_length=64, description="The line's SKU.")]


class CartLineReply(Reply):
    """A line: so many units of a SKU."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    quantity: int = Field(description="Units.", examples=[2])
    unit_price_minor_when_added: int = Field(description="Minor units.", examples=[1290])
    added_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


class CartReply(Reply):
    """A basket; what it costs is at /api/carts/{cart_id}/review."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    country: str = Field(description="Where it would go.", examples=["FR"])
    email: str = Field(description="Empty until given.", examples=["ada@example.org"])
    delivery_address: AddressReply | None = Field(description="Null until given.")
    billing_address: AddressReply | None = Field(description="Null: the delivery address.")
    method_code: str = Field(description="Empty until chosen.", examples=["standard"])
    lines: tuple[CartLineReply, ...] = Field(
        description="In the order they were added.", examples=[[]]
    )
    quantity: int = Field(description="Units over all lines.", examples=[3])
    version: int = Field(description="Counts every change.", examples=[4])
    order_id: UUID | None = Field(description="The order it became, then it is closed.")
    updated_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


class CreatedCartReply(CartReply):
    """A new basket with the token that opens it; shown once."""

    token: str = Field(description="For the X-Cart-Token header.", examples=["8f4b0c..."])


class CreateCartBody(Body):
    """A new basket."""

    currency: Currency | None = Field(
        None, description="ISO 4217; the shop's own if left out.", examples=["EUR"]
    )
    country: Country | None = Field(
        None, description="Where it would go; the shop's own if left out.", examples=["FR"]
    )


@router.post("/carts", response={201: CreatedCartReply})
def create_cart(request: Called, body: CreateCartBody) -> Cart:
    """Open a basket. The token in the answer opens it and is shown here only."""
    return commands.create_cart(
        CreateCart(
            currency=body.currency or settings.SHOP_CURRENCY,
            country=body.country or settings.SHOP_COUNTRY,
            customer_id=request.auth.customer_id,
        )
    )


def opened(request: Called, cart_id: UUID) -> Cart:
    """Returns the basket to who holds it; to others it does not exist.

    Raises:
        CartNotFound: there is none, or the caller may not open it.
    """
    caller, cart = request.auth, selectors.cart(cart_id)
    if caller.holds_cart(cart.token) or caller.owns(cart.customer_id) or caller.may("carts:write"):
        return cart
    raise CartNotFound(GONE, cart_id=cart_id)


@router.get("/carts/{cart_id}", response=CartReply)
def cart(request: Called, cart_id: CartId) -> Cart:
    """Read a basket as it was filled."""
    return opened(request, cart_id)


class QuantityBody(Body):
    """How many units a line has from now on."""

    quantity: Annotated[int, Field(strict=True, ge=0, le=MAXIMUM_QUANTITY)] = Field(
        description="Units; 0 removes the line.", examples=[3]
    )


@router.put("/carts/{cart_id}/lines/{sku}", response=CartReply)
def set_quantity(request: Called, cart_id: CartId, sku: SkuInPath, body: QuantityBody) -> Cart:
    """Set how many units a line has; zero removes it."""
    opened(request, cart_id)
    message = SetQuantity(cart_id=cart_id, sku=sku, quantity=body.quantity)
    return commands.set_quantity(message)


@router.delete("/carts/{cart_id}/lines/{sku}", response={204: None})
def remove_line(request: Called, cart_id: CartId, sku: SkuInPath) -> HttpResponse:
    """Remove a line."""
    opened(request, cart_id)
    commands.set_quantity(SetQuantity(cart_id=cart_id, sku=sku, quantity=0))
    return HttpResponse(status=204)


class DeliveryBody(Body):
    """What checkout asks; what is left out stays as it is."""

    email: Email | None = Field(
        None, description="For the confirmation.", examples=["ada@example.org"]
    )
    delivery_address: AddressBody | None = Field(None, description="Where it goes.")
    billing_address: AddressBody | None = Field(None, description="If it is another one.")
    method_code: Code | None = Field(
        None, description="A delivery option of the review.", examples=["standard"]
    )
    country: Country | None = Field(
        None, description="Before the address is known.", examples=["FR"]
    )

    vat_id: Annotated[str, Field(max_length=20)] | None = Field(
        None, description="Of a business in the EU; empty for none.", examples=["DE136695976"]
    )

    def command(self, cart_id: UUID) -> SetDelivery:
        delivery, billing = self.delivery_address, self.billing_address
        return SetDelivery(
            cart_id=cart_id,
            email=self.email,
            delivery_address=delivery.address() if delivery else None,
            billing_address=billing.address() if billing else None,
            method_code=self.method_code,
            country=self.country,
        )


@router.patch("/carts/{cart_id}", response=CartReply)
def set_delivery(request: Called, cart_id: CartId, body: DeliveryBody) -> Cart:
    """Fill in e-mail, addresses and delivery option."""
    return commands.set_delivery(body.command(cart_id), read=opened(request, cart_id))
