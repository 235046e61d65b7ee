"""Checkout over HTTP: price a basket, make it an order, start paying."""

from dataclasses import asdict
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Status
from ninja.errors import Throttled
from pydantic import Field

from events.context import current_context
from modules.carts import commands as carts
from modules.carts.contracts import MAXIMUM_QUANTITY, AddLine, Cart, CartNotFound
from modules.carts.selectors import cart as cart_of
from modules.catalog.contracts import VariantNotFound
from modules.checkout import commands, selectors
from modules.checkout.api.wire import ReviewReply
from modules.checkout.contracts import Checkout, EnterCode, Placed, RemoveCode
from modules.kernel.identity import new_id
from modules.orders.contracts import LinkRefused, OrderNotFound
from modules.orders.selectors import order_by_token, order_detail
from modules.payments.commands import try_to_pay
from modules.payments.contracts import NextStep
from modules.pricing.selectors import listed_prices
from modules.wire import (
    AddressBody,
    Body,
    Called,
    Code,
    Email,
    Identifier,
    Minor,
    MoneyReply,
    Reply,
    Sku,
    neighbourhood,
    sender,
)

baskets_router = Router(tags=["baskets"])
router = Router(tags=["checkout"])
paying_router = Router(tags=["checkout"])

CartId = Annotated[Identifier, Path(description="The basket's id.")]


def opened(request: Called, cart_id: UUID) -> Cart:
    """Returns a basket, if the caller's; somebody else's looks like none.

    Raises:
        CartNotFound: there is none, or the caller may not open it.
    """
    caller, cart = request.auth, cart_of(cart_id)
    if caller.holds_cart(cart.token) or caller.owns(cart.customer_id) or caller.may("carts:write"):
        return cart
    raise CartNotFound("There is no basket with this id.", cart_id=cart_id)


class AddLineBody(Body):
    """Units to add."""

    sku: Sku = Field(description="What to add; its line grows if there is one.", examples=["T-A4"])
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAXIMUM_QUANTITY)] = Field(
        1, description="Units.", examples=[2]
    )

    def command(self, cart: Cart) -> AddLine:
        """Returns the command at today's price. Raises: VariantNotFound: it has none."""
        listed = listed_prices([self.sku], cart.currency).get(self.sku)
        if listed is None:
            raise VariantNotFound(f"{self.sku} is not for sale in {cart.currency}", sku=self.sku)
        return AddLine(
            cart_id=cart.id,
            sku=self.sku,
            quantity=self.quantity,
            unit_price_minor=listed.price.minor,
        )


class AddedReply(Reply):
    """The line as it is now."""

    cart_id: UUID = Field(description="The basket.")
    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    quantity: int = Field(description="Units of it in the basket.", examples=[2])
    unit_price: MoneyReply = Field(description="What one unit costs now.")
    version: int = Field(description="The basket's version.", examples=[4])


@baskets_router.post("/carts/{cart_id}/lines", response={201: AddedReply})
def add_line(request: Called, cart_id: CartId, body: AddLineBody) -> AddedReply:
    """Add units of a SKU at today's price."""
    command = body.command(cart := opened(request, cart_id))
    added = carts.put_line(command, read=cart)
    return AddedReply(
        cart_id=cart_id,
        sku=body.sku,
        quantity=added.quantity,
        unit_price=MoneyReply(minor=command.unit_price_minor, currency=cart.currency),
        version=added.version,
    )


@baskets_router.get("/carts/{cart_id}/review", response=ReviewReply)
def review(request: Called, cart_id: CartId) -> dict[str, Any]:
    """Price the basket, with ways to deliver and to pay and what is still missing."""
    return ReviewReply.of(selectors.review_of(opened(request, cart_id), pictures=False))


class CodeBody(Body):
    """A voucher or a gift card, however it is written."""

    code: Annotated[str, Field(min_length=1, max_length=60)] = Field(
        description="Case, spaces and hyphens do not matter.", examples=["SPRING-10"]
    )


@baskets_router.post("/carts/{cart_id}/codes", response=ReviewReply)
def enter_code(request: Called, cart_id: CartId, body: CodeBody) -> dict[str, Any]:
    """Put a voucher or a gift card into the basket; the same one again counts once."""
    opened(request, cart_id)
    tried_by = (
        f"address:{neighbourhood(sender(cast('HttpRequest', request)))}",
        f"basket:{cart_id}",
        *([f"account:{request.auth.customer_id}"] if request.auth.customer_id else []),
    )
    commands.enter_code(EnterCode(cart_id=cart_id, code=body.code, tried_by=tried_by))
    return ReviewReply.of(selectors.review_of(cart_of(cart_id), pictures=False))


@baskets_router.delete("/carts/{cart_id}/codes/{code}", response=ReviewReply)
def remove_code(
    request: Called,
    cart_id: CartId,
    code: Annotated[str, Path(max_length=60, description="As the review has it.")],
) -> dict[str, Any]:
    """Take a voucher or a gift card out of the basket."""
    opened(request, cart_id)
    commands.remove_code(RemoveCode(cart_id=cart_id, code=code))
    return ReviewReply.of(selectors.review_of(cart_of(cart_id), pictures=False))


class CheckoutBody(Body):
    """A basket to order."""

    order_id: Identifier = Field(
        description="Made by the client (UUIDv7 is best): sent twice it is one order.",
        examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"],
    )
    cart_id: Identifier = Field(
        description="The basket.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e12"]
    )
    expected_total_minor: Minor = Field(
        description="The total the shopper saw; another one now refuses.", examples=[3070]
    )
    payment_method: Code = Field(description="A code of the review.", examples=["testbank"])
    method_code: Code = Field(description="A delivery option's code.", examples=["standard"])
    email: Email = Field(description="For the confirmation.", examples=["ada@example.org"])
    delivery_address: AddressBody = Field(description="Where it goes.")
    billing_address: AddressBody | None = Field(None, description="If it is another one.")

    def command(self, customer_id: UUID | None) -> Checkout:
        return Checkout(
            order_id=self.order_id,
            cart_id=self.cart_id,
            expected_total_minor=self.expected_total_minor,
            payment_method=self.payment_method,
            email=self.email,
            delivery_address=self.delivery_address.address(),
            billing_address=self.billing_address.address() if self.billing_address else None,
            method_code=self.method_code,
            customer_id=customer_id,
        )


class PlacedReply(Reply):
    """An order whose payment is open."""

    order_id: UUID = Field(description="Identifier.")
    number: str = Field(description="To read aloud.", examples=["7K3M-9QXA"])
    payment_id: UUID = Field(description="The payment to start; the order's id: nothing to pay.")
    total_minor: int = Field(description="Minor units of `currency`.", examples=[3070])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    token: str = Field(
        description="Opens this order: send it as `Authorization: Bearer`.", examples=["eyJ..."]
    )
    outcome: Literal["placed", "already-placed"] = Field(
        description="Whether this request made it.", examples=["placed"]
    )
    next: str = Field(
        description="POST here to start paying.", examples=["/api/orders/0192f0c1/payments"]
    )


@router.post("/orders", response={201: PlacedReply, 200: PlacedReply})
def place_order(request: Called, body: CheckoutBody) -> Status[dict[str, Any]]:
    """Make the basket an order, at the total the shopper saw, and open its payment."""
    cart = opened(request, body.cart_id)
    placed: Placed = commands.place_order(body.command(cart.customer_id), read=cart)
    status = 201 if placed.outcome == "placed" else 200
    return Status(status, {**asdict(placed), "next": f"/api/orders/{placed.order_id}/payments"})


class PayBody(Body):
    """How to pay and where to come back to."""

    provider: Code = Field(description="A code of the review.", examples=["testbank"])
    attempt_id: Identifier | None = Field(
        None, description="The provider's idempotency key; made by the shop if left out."
    )
    return_url: Annotated[str, Field(max_length=500, pattern=r"^https?://[!-.0-~]+(/[!-~]*)?$")] = (
        Field(
            description="Where the browser comes back to.", examples=["https://shop.example/thanks"]
        )
    )


class NextStepReply(Reply):
    """What the buyer has to do now."""

    payment_id: UUID = Field(description="The payment.")
    status: str = Field(description="In one word.", examples=["pending"])
    redirect_url: str = Field(description="Go there; empty: nothing to do.", examples=[""])
    message: str = Field(description="In words; may be empty.", examples=[""])


@paying_router.post("/orders/{order_id}/payments", response=NextStepReply)
def pay(
    request: Called,
    order_id: Annotated[Identifier, Path(description="The order's id.")],
    body: PayBody,
) -> NextStep:
    """Start paying an order, or start again after a decline."""
    refuse_strangers(request, order_id)
    if not request.auth.is_known:
        address = neighbourhood(sender(request))
        wait_seconds = try_to_pay(body.provider, order=order_id, session="", address=address)
        if wait_seconds:
            raise Throttled(wait_seconds)
    return commands.pay(
        order_id=order_id,
        provider=body.provider,
        attempt_id=body.attempt_id or current_context().command_id or new_id(),
        return_url=body.return_url,
    )


def refuse_strangers(request: Called, order_id: UUID) -> None:
    """Lets the buyer pay, or a key with `orders:write`; to others the order does not exist.

    Raises:
        OrderNotFound: there is none, or not for the caller.
    """
    caller = request.auth
    if caller.may("orders:write") or opens(caller.link, order_id):
        return
    if not caller.owns(order_detail(order_id).customer_id):
        raise OrderNotFound("There is no such order.", order_id=order_id)


def opens(link: str, order_id: UUID) -> bool:
    try:
        return bool(link) and order_by_token(link) == order_id
    except LinkRefused:
        return False
