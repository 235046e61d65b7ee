"""Orders over HTTP, for staff: find, ship, deliver, cancel, take back, capture, refund."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Path, Query, Router
from pydantic import Field

from events.moments import as_of
from modules.orders import commands, selectors
from modules.orders.api.wire import (
    Lines,
    OrderId,
    OrderPageReply,
    OrderReply,
    PageQuery,
    ReasonBody,
    named,
    quantities,
    settled,
)
from modules.orders.contracts import (
    CancelLines,
    CaptureOrder,
    DeliverParcel,
    LineQuantity,
    OrderDetail,
    OrderFilter,
    ReceiveReturn,
    RefundOrder,
    ShipParcel,
)
from modules.wire import (
    AsOfQuery,
    Body,
    Called,
    Identifier,
    Moment,
    OptionalLine,
    PositiveMinor,
    Truth,
    Version,
)

router = Router(tags=["staff: orders"])
money_router = Router(tags=["staff: money"])

ParcelId = Annotated[Identifier, Path(description="The parcel's id.")]
ReturnId = Annotated[Identifier, Path(description="The return's id.")]


class FilterQuery(PageQuery, AsOfQuery):
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
            cursor=self.after,
            limit=self.limit,
        )


@router.get("/orders", response=OrderPageReply, openapi_extra={"x-refusals": [404]})
def orders(request: Called, query: Query[FilterQuery]) -> OrderPageReply:
    """List orders, as they are or, without `view` and `status`, as they were."""
    return OrderPageReply.of(selectors.orders(query.filter(), as_of(query)))


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

    def command(self, order_id: UUID) -> ShipParcel:
        return ShipParcel(
            order_id=order_id,
            parcel_id=named(self.parcel_id),
            lines=quantities(self.lines) if self.lines else open_lines(order_id),
            carrier=self.carrier,
            tracking_number=self.tracking_number,
            expected_version=self.expected_version,
        )


@router.post("/orders/{order_id}/parcels", response={201: OrderReply})
def ship(request: Called, order_id: OrderId, body: ParcelBody) -> OrderDetail:
    """Send a parcel; takes its units out of stock and captures as the shop's policy says."""
    commands.ship_parcel(body.command(order_id))
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


@router.post("/orders/{order_id}/parcels/{parcel_id}/delivery", response=OrderReply)
def deliver(request: Called, order_id: OrderId, parcel_id: ParcelId, body: SeenBody) -> OrderDetail:
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


@router.post("/orders/{order_id}/cancelled-lines", response=OrderReply)
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


class ReturnReceiptBody(SeenBody):
    """A return that arrived."""

    restock: Truth = Field(True, description="True: its units are sold again.", examples=[True])


@router.post("/orders/{order_id}/returns/{return_id}/receipt", response=OrderReply)
def receive_return(
    request: Called, order_id: OrderId, return_id: ReturnId, body: ReturnReceiptBody
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


@money_router.post("/orders/{order_id}/captures", response=OrderReply)
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


@money_router.post("/orders/{order_id}/refunds", response={201: OrderReply})
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
