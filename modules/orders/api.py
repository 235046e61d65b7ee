"""Orders over HTTP: whoever bought reads, cancels and sends back; staff ship, capture and refund."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.core import signing
from ninja import Path, Query, Router
from pydantic import AfterValidator, BaseModel, Field

from events.context import current_context
from modules.kernel.errors import Forbidden
from modules.kernel.identity import new_id
from modules.orders import commands, selectors
from modules.orders.contracts import (
    CancelLines,
    CancelOrder,
    CaptureOrder,
    DeliverParcel,
    LineQuantity,
    LinkRefused,
    OrderDetail,
    OrderFilter,
    OrderNotFound,
    OrderPage,
    ReceiveReturn,
    RefundOrder,
    RequestReturn,
    ShipParcel,
    TimelineEntry,
)
from modules.wire import (
    DIGITS,
    AddressReply,
    Body,
    Called,
    Identifier,
    Line,
    Moment,
    OptionalLine,
    PositiveMinor,
    Reply,
    Sku,
    Truth,
    Units,
    Version,
)

router = Router(tags=["orders"])
staff_router = Router(tags=["staff: orders"])
staff_money_router = Router(tags=["staff: money"])

OrderId = Annotated[Identifier, Path(description="The order's id.")]
ParcelId = Annotated[Identifier, Path(description="The parcel's id.")]
ReturnId = Annotated[Identifier, Path(description="The return's id.")]


class LineReply(Reply):
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
    lines: tuple[LineReply, ...] = Field(description="What was bought.", examples=[[]])
    parcels: tuple[ParcelReply, ...] = Field(description="What was sent.", examples=[[]])
    returns: tuple[ReturnReply, ...] = Field(description="What comes back.", examples=[[]])
    cancel_reason: str = Field(description="Why it was cancelled, or empty.", examples=[""])
    version: int = Field(description="Its number of events.", examples=[4])
    placed_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    allowed: list[str] = Field(description="Steps its state allows.", examples=[["ship"]])


def opened(request: Called, order_id: UUID, scope: str = "orders:read") -> OrderDetail:
    """Returns an order to its buyer or to whoever has `scope`; to others it does not exist.

    Raises:
        OrderNotFound: there is none, or not for the caller.
    """
    order = selectors.order_detail(order_id)
    caller = request.auth
    if caller.may(scope) or caller.owns(order.customer_id) or opens(caller.link, order_id):
        return order
    raise OrderNotFound("There is no such order.", order_id=order_id)


def opens(link: str, order_id: UUID) -> bool:
    """Tells whether an order's token is good for this order; an expired one is for none."""
    try:
        return bool(link) and selectors.order_by_token(link) == order_id
    except LinkRefused:
        return False


@router.get("/orders/{order_id}", response=OrderReply)
def order(request: Called, order_id: OrderId) -> OrderDetail:
    """Read an order."""
    return opened(request, order_id)


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


@router.get("/orders/{order_id}/timeline", response=list[TimelineReply])
def timeline(request: Called, order_id: OrderId) -> tuple[TimelineEntry, ...]:
    """Read all that was recorded of an order and its payments, oldest first."""
    opened(request, order_id)
    return selectors.timeline(order_id)


class ReasonBody(Body):
    """Why."""

    reason: Line = Field(description="In words.", examples=["ordered twice"])
    expected_version: Version | None = Field(
        None, description="The version that was seen; another one now refuses.", examples=[4]
    )


@router.post("/orders/{order_id}/cancellation", response=OrderReply)
def cancel(request: Called, order_id: OrderId, body: ReasonBody) -> OrderDetail:
    """Cancel an order of which nothing has shipped; its money goes back."""
    opened(request, order_id, "orders:write")
    return cancelled(order_id, body)


def cancelled(order_id: UUID, body: ReasonBody) -> OrderDetail:
    commands.cancel_order(CancelOrder(order_id=order_id, **body.model_dump()))
    return settled(order_id)


def settled(order_id: UUID) -> OrderDetail:
    """Has the providers do what the step asked of them, then returns the order."""
    commands.settle(order_id)
    return selectors.order_detail(order_id)


class LineBody(Body):
    """So many units of a line."""

    sku: Sku = Field(description="The line's SKU.", examples=["TIDES-A4"])
    quantity: Units = Field(description="Units.", examples=[1])


Lines = Annotated[list[LineBody], Field(min_length=1, max_length=100)]


def quantities(lines: list[LineBody]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(sku=line.sku, quantity=line.quantity) for line in lines)


class ReturnBody(Body):
    """Units that are to come back."""

    return_id: Identifier | None = Field(
        None, description="Made by the client, or by the shop if left out."
    )
    lines: Lines = Field(description="Up to 100.", examples=[[{"sku": "TIDES-A4", "quantity": 1}]])
    reason: Line = Field(description="In words.", examples=["arrived bent"])
    expected_version: Version | None = Field(
        None, description="The version that was seen; another one now refuses.", examples=[4]
    )


@router.post("/orders/{order_id}/returns", response={201: OrderReply})
def request_return(request: Called, order_id: OrderId, body: ReturnBody) -> OrderDetail:
    """Announce that shipped units come back."""
    opened(request, order_id, "orders:write")
    commands.request_return(
        RequestReturn(
            order_id=order_id,
            return_id=named(body.return_id),
            lines=quantities(body.lines),
            reason=body.reason,
            expected_version=body.expected_version,
        )
    )
    return selectors.order_detail(order_id)


def named(given: UUID | None) -> UUID:
    """Returns an id that a repeat of the request has too: the client's, or the command's."""
    return given or current_context().command_id or new_id()


CURSOR = signing.Signer(salt="orders.cursor")


def _unsealed(cursor: str) -> str:
    try:
        return CURSOR.unsign(cursor) if cursor else ""
    except signing.BadSignature:
        raise ValueError("not a cursor of ours: send `next_cursor` as it came") from None


class PageQuery(BaseModel):
    """Which page to read."""

    cursor: Annotated[str, Field(max_length=300), AfterValidator(_unsealed)] = Field(
        "", description="`next_cursor` of the page before.", examples=[""]
    )
    limit: Annotated[int, Field(ge=1, le=200), DIGITS] = Field(
        50, description="Orders on a page.", examples=[50]
    )


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


@router.get("/orders", response=OrderPageReply)
def own_orders(request: Called, query: Query[PageQuery]) -> OrderPageReply:
    """List the signed-in customer's own orders."""
    customer_id = request.auth.customer_id
    if customer_id is None:
        raise Forbidden("Only somebody who is signed in has a list of orders.")
    wanted = OrderFilter(customer_id=customer_id, cursor=query.cursor, limit=query.limit)
    return OrderPageReply.of(selectors.orders(wanted))


class FilterQuery(PageQuery):
    """Which orders staff look for."""

    q: Annotated[str, Field(max_length=200)] = Field(
        "", description="Number, e-mail, name or SKU.", examples=["7K3M"]
    )
    view: Literal["all", "to-capture", "to-ship", "returns", "problem"] = Field(
        "all", description="A list that staff work through.", examples=["to-ship"]
    )
    status: Literal["", "placed", "confirmed", "completed", "cancelled"] = Field(
        "", description="Of the order.", examples=["confirmed"]
    )
    placed_from: Moment | None = Field(
        None, description="At or after.", examples=["2026-03-01T00:00:00Z"]
    )
    placed_until: Moment | None = Field(
        None, description="Before.", examples=["2026-04-01T00:00:00Z"]
    )

    def filter(self) -> OrderFilter:
        return OrderFilter(
            query=self.q,
            view=self.view,
            status=self.status,
            placed_from=self.placed_from,
            placed_until=self.placed_until,
            cursor=self.cursor,
            limit=self.limit,
        )


@staff_router.get("/orders", response=OrderPageReply)
def orders(request: Called, query: Query[FilterQuery]) -> OrderPageReply:
    """List orders."""
    return OrderPageReply.of(selectors.orders(query.filter()))


class ParcelBody(Body):
    """A parcel to send."""

    parcel_id: Identifier | None = Field(
        None, description="Made by the client, or by the shop if left out."
    )
    lines: Lines | None = Field(
        None, description="What is in it; all that is open if left out.", examples=[None]
    )
    carrier: OptionalLine = Field("", description="Who brings it.", examples=["La Poste"])
    tracking_number: OptionalLine = Field("", description="Its number.", examples=["6A12345"])
    expected_version: Version | None = Field(
        None, description="The version that was seen; another one now refuses.", examples=[4]
    )


@staff_router.post("/orders/{order_id}/parcels", response={201: OrderReply})
def ship(request: Called, order_id: OrderId, body: ParcelBody) -> OrderDetail:
    """Send a parcel; takes its units out of stock and captures as the shop's policy says."""
    lines = quantities(body.lines) if body.lines else open_lines(order_id)
    commands.ship_parcel(
        ShipParcel(
            order_id=order_id,
            parcel_id=named(body.parcel_id),
            lines=lines,
            carrier=body.carrier,
            tracking_number=body.tracking_number,
            expected_version=body.expected_version,
        )
    )
    return settled(order_id)


def open_lines(order_id: UUID) -> tuple[LineQuantity, ...]:
    found = selectors.order_detail(order_id)
    return tuple(
        LineQuantity(sku=line.sku, quantity=line.open) for line in found.lines if line.open
    )


class SeenBody(Body):
    """What the person saw."""

    expected_version: Version | None = Field(
        None, description="The version that was seen; another one now refuses.", examples=[4]
    )


@staff_router.post("/orders/{order_id}/parcels/{parcel_id}/delivery", response=OrderReply)
def deliver(
    request: Called, order_id: OrderId, parcel_id: ParcelId, body: SeenBody
) -> OrderDetail:
    """Record that a parcel arrived."""
    commands.deliver_parcel(
        DeliverParcel(
            order_id=order_id, parcel_id=parcel_id, expected_version=body.expected_version
        )
    )
    return settled(order_id)


class CancelledLinesBody(ReasonBody):
    """Units to take off an order before they ship."""

    lines: Lines = Field(description="Up to 100.", examples=[[{"sku": "TIDES-A4", "quantity": 1}]])


@staff_router.post("/orders/{order_id}/cancelled-lines", response=OrderReply)
def cancel_lines(request: Called, order_id: OrderId, body: CancelledLinesBody) -> OrderDetail:
    """Take unshipped units off an order and give their money back."""
    commands.cancel_lines(
        CancelLines(
            order_id=order_id,
            lines=quantities(body.lines),
            reason=body.reason,
            expected_version=body.expected_version,
        )
    )
    return settled(order_id)


class ReceiptBody(SeenBody):
    """A return that arrived."""

    restock: Truth = Field(True, description="True: its units are sold again.", examples=[True])


@staff_router.post("/orders/{order_id}/returns/{return_id}/receipt", response=OrderReply)
def receive_return(
    request: Called, order_id: OrderId, return_id: ReturnId, body: ReceiptBody
) -> OrderDetail:
    """Record that a return arrived; the money is given back by a refund."""
    commands.receive_return(
        ReceiveReturn(order_id=order_id, return_id=return_id, **body.model_dump())
    )
    return settled(order_id)


class CaptureBody(SeenBody):
    """Money to take."""

    capture_id: Identifier | None = Field(
        None, description="Made by the client, or by the shop if left out."
    )
    amount_minor: PositiveMinor | None = Field(
        None, description="Minor units; all that is owed if left out.", examples=[3070]
    )


@staff_money_router.post("/orders/{order_id}/captures", response=OrderReply)
def capture(request: Called, order_id: OrderId, body: CaptureBody) -> OrderDetail:
    """Take authorised money."""
    commands.capture_order(
        CaptureOrder(
            order_id=order_id,
            capture_id=named(body.capture_id),
            amount_minor=body.amount_minor,
            expected_version=body.expected_version,
        )
    )
    return settled(order_id)


class RefundBody(ReasonBody):
    """Money to give back."""

    refund_id: Identifier | None = Field(
        None, description="Made by the client, or by the shop if left out."
    )
    amount_minor: PositiveMinor = Field(description="Minor units.", examples=[1290])


@staff_money_router.post("/orders/{order_id}/refunds", response={201: OrderReply})
def refund(request: Called, order_id: OrderId, body: RefundBody) -> OrderDetail:
    """Give money back, never more than was captured."""
    commands.refund_order(
        RefundOrder(
            order_id=order_id,
            refund_id=named(body.refund_id),
            amount_minor=body.amount_minor,
            reason=body.reason,
            expected_version=body.expected_version,
        )
    )
    return settled(order_id)
