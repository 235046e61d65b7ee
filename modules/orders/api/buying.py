"""Orders over HTTP, for who bought: read, follow, cancel, send back."""

from typing import Any
from uuid import UUID

import msgspec
from ninja import Query, Router
from pydantic import Field

from events.moments import AsOf, as_of
from modules.kernel.errors import Forbidden
from modules.orders import commands, selectors
from modules.orders.api.wire import (
    Lines,
    OrderId,
    OrderPageReply,
    OrderReply,
    PageQuery,
    ReasonBody,
    TimelineReply,
    named,
    quantities,
    settled,
)
from modules.orders.contracts import (
    CancelOrder,
    LinkRefused,
    OrderDetail,
    OrderFilter,
    OrderNotFound,
    RequestReturn,
    TimelineEntry,
)
from modules.payments.contracts import PaymentDetail
from modules.payments.selectors import payments_of
from modules.pricing.contracts import EXPLANATION_FORMAT
from modules.wire import AsOfQuery, Body, Called, Identifier, Line, Reply, Version

router = Router(tags=["orders"])


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


def opened_as_of(request: Called, order_id: UUID, moment: AsOf | None) -> OrderDetail:
    """Returns an order as it was, to whom it belongs now. Raises as `opened` and `order_detail`."""
    order = opened(request, order_id)
    return order if moment is None else selectors.order_detail(order_id, moment)


@router.get("/orders/{order_id}", response=OrderReply)
def order(request: Called, order_id: OrderId, query: Query[AsOfQuery]) -> OrderDetail:
    """Read an order, as it is or as it was."""
    return opened_as_of(request, order_id, as_of(query))


@router.get("/orders/{order_id}/timeline", response=list[TimelineReply])
def timeline(
    request: Called, order_id: OrderId, query: Query[AsOfQuery]
) -> tuple[TimelineEntry, ...]:
    """Read all that was recorded of an order and its payments, oldest first, up to now or then."""
    opened(request, order_id)
    return selectors.timeline(order_id, as_of(query))


class ExplanationReply(Reply):
    """Every amount of an order with the steps that lead to it, as `explain.py` reads it."""

    format: str = Field(description="Its kind.", examples=[EXPLANATION_FORMAT])
    order: str = Field(description="The order's number.", examples=["7K3M-9QXA"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    decimals: int = Field(description="Decimals of the currency.", examples=[2])
    items: list[dict[str, Any]] = Field(description="Lines and delivery.", examples=[[]])
    amounts: dict[str, int] = Field(
        description="Amounts as stated, minor units.", examples=[{"total": 3070}]
    )
    steps: list[dict[str, Any]] = Field(
        description="Each after those whose amounts it takes.", examples=[[]]
    )


@router.get("/orders/{order_id}/explanation", response=ExplanationReply)
def explanation(request: Called, order_id: OrderId) -> dict[str, Any]:
    """Read how every amount of an order came about, down to prices, rules and roundings."""
    opened(request, order_id)
    told: dict[str, Any] = msgspec.to_builtins(selectors.explanation(order_id))
    return {"format": EXPLANATION_FORMAT, **told}


@router.post("/orders/{order_id}/cancellation", response=OrderReply)
def cancel(request: Called, order_id: OrderId, body: ReasonBody) -> OrderDetail:
    """Cancel an order of which nothing has shipped; its money goes back."""
    opened(request, order_id, "orders:write")
    return cancelled(order_id, body)


def cancelled(order_id: UUID, body: ReasonBody) -> OrderDetail:
    commands.cancel_order(CancelOrder(order_id=order_id, **body.model_dump()))
    return settled(order_id)


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

    def command(self, order_id: UUID) -> RequestReturn:
        return RequestReturn(
            order_id=order_id,
            return_id=named(self.return_id),
            lines=quantities(self.lines),
            reason=self.reason,
            expected_version=self.expected_version,
        )


@router.post("/orders/{order_id}/returns", response={201: OrderReply})
def request_return(request: Called, order_id: OrderId, body: ReturnBody) -> OrderDetail:
    """Announce that shipped units come back."""
    opened(request, order_id, "orders:write")
    commands.request_return(body.command(order_id))
    return selectors.order_detail(order_id)


class OwnOrdersQuery(PageQuery, AsOfQuery):
    """Which page of the customer's orders, and as of when."""


@router.get("/orders", response=OrderPageReply, openapi_extra={"x-refusals": [404]})
def own_orders(request: Called, query: Query[OwnOrdersQuery]) -> OrderPageReply:
    """List the signed-in customer's own orders, as they are or as they were."""
    customer_id = request.auth.customer_id
    if customer_id is None:
        raise Forbidden("Only somebody who is signed in has a list of orders.")
    wanted = OrderFilter(customer_id=customer_id, cursor=query.after, limit=query.limit)
    return OrderPageReply.of(selectors.orders(wanted, as_of(query)))


class OwnPaymentReply(Reply):
    """A payment as the buyer sees it; amounts in minor units of `currency`."""

    id: UUID = Field(description="Identifier.")
    provider: str = Field(description="How it is paid.", examples=["testbank"])
    provider_title: str = Field(description="The same, as shown.", examples=["Test bank"])
    status: str = Field(description="In one word.", examples=["captured"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    amount_minor: int = Field(description="Asked for.", examples=[3070])
    authorised_minor: int = Field(description="Promised.", examples=[3070])
    captured_minor: int = Field(description="Taken.", examples=[3070])
    refunded_minor: int = Field(description="Given back.", examples=[0])
    redirect_url: str = Field(description="Where to go on paying; may be empty.", examples=[""])
    message: str = Field(description="What went wrong; may be empty.", examples=[""])


@router.get("/orders/{order_id}/payments", response=list[OwnPaymentReply])
def payments(
    request: Called, order_id: OrderId, query: Query[AsOfQuery]
) -> tuple[PaymentDetail, ...]:
    """Read an order's payments, oldest first; the last one counts."""
    moment = as_of(query)
    opened_as_of(request, order_id, moment)
    return payments_of(order_id, moment)
