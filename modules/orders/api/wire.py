"""Orders as they travel: what replies say and what bodies of buyers and staff have in common."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.core import signing
from ninja import Path
from pydantic import BaseModel, Field

from events.context import current_context
from modules.kernel.identity import new_id
from modules.orders import commands, selectors
from modules.orders.contracts import LineQuantity, OrderDetail, OrderPage, PageUnknown
from modules.wire import DIGITS, AddressReply, Body, Identifier, Line, Reply, Sku, Units, Version

OrderId = Annotated[Identifier, Path(description="The order's id.")]


class OrderLineReply(Reply):
    """A line of an order; amounts in minor units, tax included."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    title: str = Field(description="As ordered.", examples=["Blue tides, A4"])
    quantity: int = Field(description="Units ordered.", examples=[2])
    unit_price_minor: int = Field(description="Of one unit.", examples=[1290])
    total_minor: int = Field(description="Of the line.", examples=[2580])
    cancelled: int = Field(description="Units cancelled.", examples=[0])
    shipped: int = Field(description="Units shipped.", examples=[2])
    returned: int = Field(description="Units that came back.", examples=[0])
    open: int = Field(description="Units neither cancelled nor shipped.", examples=[0])


class LineQuantityReply(Reply):
    """So many units of a line."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    quantity: int = Field(description="Units.", examples=[1])


class ParcelReply(Reply):
    """One shipment."""

    id: UUID = Field(description="Identifier.")
    lines: tuple[LineQuantityReply, ...] = Field(description="What is in it.", examples=[[]])
    carrier: str = Field(description="Who brings it.", examples=["La Poste"])
    tracking_number: str = Field(description="The carrier's number.", examples=["6A12345678901"])
    shipped_at: datetime = Field(description="UTC.", examples=["2026-03-02T08:15:00Z"])
    delivered_at: datetime | None = Field(description="UTC; null while under way.")


class ReturnReply(Reply):
    """Units that come or came back."""

    id: UUID = Field(description="Identifier.")
    lines: tuple[LineQuantityReply, ...] = Field(description="What comes back.", examples=[[]])
    reason: str = Field(description="In the buyer's words.", examples=["arrived bent"])
    requested_at: datetime = Field(description="UTC.", examples=["2026-03-08T10:00:00Z"])
    received_at: datetime | None = Field(description="UTC; null until it arrived.")
    value_minor: int = Field(description="What was paid for the units.", examples=[1290])


class ContactReply(Reply):
    """Who bought and where it goes."""

    email: str = Field(description="For messages.", examples=["ada@example.org"])
    delivery_address: AddressReply = Field(description="Where it goes.")
    billing_address: AddressReply = Field(description="Who is billed.")


class OrderReply(Reply):
    """An order; amounts in minor units of `currency`."""

    id: UUID = Field(description="Identifier.")
    number: str = Field(description="To read aloud.", examples=["7K3M-9QXA"])
    status: Literal["placed", "confirmed", "completed", "cancelled"] = Field(
        description="placed: waits for payment.", examples=["confirmed"]
    )
    payment_status: str = Field(description="Of all its payments.", examples=["captured"])
    fulfilment_status: str = Field(description="Of its goods.", examples=["shipped"])
    customer_id: UUID | None = Field(description="Null for a guest.")
    contact: ContactReply = Field(description="Who bought and where it goes.")
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    total_minor: int = Field(description="As ordered.", examples=[3070])
    cancelled_minor: int = Field(description="Taken off by cancellations.", examples=[0])
    due_minor: int = Field(description="Total minus cancelled.", examples=[3070])
    lines: tuple[OrderLineReply, ...] = Field(description="What was bought.", examples=[[]])
    parcels: tuple[ParcelReply, ...] = Field(description="What was sent.", examples=[[]])
    returns: tuple[ReturnReply, ...] = Field(description="What comes back.", examples=[[]])
    cancel_reason: str = Field(description="Why it was cancelled, or empty.", examples=[""])
    version: int = Field(description="Its number of events.", examples=[4])
    placed_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    allowed: list[str] = Field(description="Steps its state allows.", examples=[["ship"]])


class TimelineReply(Reply):
    """One recorded event, in words."""

    stream: str = Field(description="`order` or `payment`.", examples=["order"])
    stream_id: UUID = Field(description="Which one.")
    version: int = Field(description="Counts within its stream.", examples=[3])
    topic: str = Field(description="The event's type.", examples=["orders.order.placed.v1"])
    title: str = Field(description="What happened.", examples=["Order placed"])
    detail: str = Field(description="More of it; may be empty.", examples=["2 lines, 30.70 EUR"])
    actor: str = Field(description="Who did it.", examples=["guest"])
    recorded_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    hash: str = Field(description="Of the event and all before it.", examples=["9f2c..."])


CURSOR = signing.Signer(salt="orders.cursor")


def _unsealed(cursor: str) -> str:
    """Returns a cursor as the shop made it. Raises: PageUnknown: it did not."""
    try:
        return CURSOR.unsign(cursor) if cursor else ""
    except signing.BadSignature:
        raise PageUnknown("There is no such page: send `next_cursor` as it came.") from None


class PageQuery(BaseModel):
    """Which page to read."""

    cursor: Annotated[str, Field(max_length=300)] = Field(
        "", description="`next_cursor` of the page before.", examples=[""]
    )
    limit: Annotated[int, Field(ge=1, le=200), DIGITS] = Field(
        50, description="Orders on a page.", examples=[50]
    )

    @property
    def after(self) -> str:
        return _unsealed(self.cursor)


class SummaryReply(Reply):
    """A row of a list of orders."""

    id: UUID = Field(description="Identifier.")
    number: str = Field(description="To read aloud.", examples=["7K3M-9QXA"])
    status: str = Field(description="As in the order.", examples=["confirmed"])
    payment_status: str = Field(description="As in the order.", examples=["captured"])
    fulfilment_status: str = Field(description="As in the order.", examples=["shipped"])
    email: str = Field(description="The buyer's.", examples=["ada@example.org"])
    name: str = Field(description="The buyer's.", examples=["Ada Lovelace"])
    customer_id: UUID | None = Field(description="Null for a guest.")
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    total_minor: int = Field(description="Minor units.", examples=[3070])
    quantity: int = Field(description="Units over all lines.", examples=[2])
    version: int = Field(description="Its number of events.", examples=[4])
    placed_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


class OrderPageReply(Reply):
    """A page of orders, newest first."""

    orders: list[SummaryReply] = Field(description="The page.", examples=[[]])
    next_cursor: str = Field(description="Empty on the last page.", examples=[""])

    @classmethod
    def of(cls, page: OrderPage) -> "OrderPageReply":
        return cls(
            orders=[SummaryReply.model_validate(row) for row in page.orders],
            next_cursor=CURSOR.sign(page.next_cursor) if page.next_cursor else "",
        )


class ReasonBody(Body):
    """Why."""

    reason: Line = Field(description="In words.", examples=["ordered twice"])
    expected_version: Version | None = Field(
        None, description="The version that was seen; another one now refuses.", examples=[4]
    )


class LineBody(Body):
    """So many units of a line."""

    sku: Sku = Field(description="The line's SKU.", examples=["TIDES-A4"])
    quantity: Units = Field(description="Units.", examples=[1])


Lines = Annotated[list[LineBody], Field(min_length=1, max_length=100)]


def quantities(lines: list[LineBody]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(sku=line.sku, quantity=line.quantity) for line in lines)


def named(given: UUID | None) -> UUID:
    """Returns an id that a repeat of the request has too: the client's, or the command's."""
    return given or current_context().command_id or new_id()


def settled(order_id: UUID) -> OrderDetail:
    """Has the providers do what the step asked of them, then returns the order."""
    commands.settle(order_id)
    return selectors.order_detail(order_id)
