"""What was sent to endpoints over HTTP: looking, sending again, and the feed to read instead."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.webhooks import commands, selectors
from modules.webhooks.api.endpoints import EndpointId
from modules.webhooks.contracts import DeliveryDetail, DeliveryFilter, DeliveryPage, FeedMessage
from modules.wire import DIGITS, Identifier, Reply

router = Router(tags=["staff: webhooks"])

DeliveryId = Annotated[Identifier, Path(description="The delivery's id.")]


class AttemptReply(Reply):
    """One time it was sent."""

    number: int = Field(description="From 1.", examples=[1])
    at: datetime = Field(description="When the outcome was known, UTC.")
    milliseconds: int = Field(description="How long it took.", examples=[84])
    status: int | None = Field(description="HTTP status; null: no answer.", examples=[200])
    answer: str = Field(description="Its first KB; not kept with personal data.", examples=["ok"])
    error: str = Field(description="Why there is no answer, or empty.", examples=[""])


class DeliveryReply(Reply):
    """A message on its way to an endpoint."""

    id: UUID = Field(description="Identifier.")
    endpoint_id: UUID = Field(description="Where to.")
    message_id: str = Field(description="The `webhook-id`.", examples=["msg_2a5f0c"])
    type: str = Field(description="Of the message.", examples=["order.placed"])
    position: int = Field(description="Of the message; 0: a ping.", examples=[1200])
    order_id: UUID | None = Field(description="Null for a ping.")
    state: Literal["waiting", "delivered", "failed", "skipped"] = Field(
        description="failed: given up after its last attempt.", examples=["delivered"]
    )
    attempts: int = Field(description="So far.", examples=[1])
    next_at: datetime | None = Field(description="The next attempt, UTC.")
    created_at: datetime = Field(description="UTC.")
    settled_at: datetime | None = Field(description="Delivered, failed or skipped at, UTC.")


class DeliveryDetailReply(Reply):
    """A delivery with its body and attempts."""

    delivery: DeliveryReply = Field(description="The delivery.")
    url: str = Field(description="Where to.", examples=["https://erp.example.com/hooks"])
    body: str = Field(description="Without what is personal.", examples=['{"data":{}}'])
    attempts: list[AttemptReply] = Field(description="Oldest first.", examples=[[]])


class DeliveryPageReply(Reply):
    """A page of deliveries, newest first."""

    deliveries: list[DeliveryReply] = Field(description="The page.", examples=[[]])
    next_cursor: str = Field(description="Empty on the last page.", examples=[""])


class DeliveryQuery(BaseModel):
    """Which deliveries."""

    state: Literal["", "waiting", "delivered", "failed", "skipped"] = Field(
        "", description="Of the delivery.", examples=["failed"]
    )
    type: Annotated[str, Field(max_length=40, pattern=r"^[a-z_.]*$")] = Field(
        "", description="Of the message.", examples=["order.placed"]
    )
    order_id: Identifier | None = Field(None, description="Of one order.")
    cursor: Annotated[str, Field(max_length=100)] = Field(
        "", description="`next_cursor` of the page before.", examples=[""]
    )
    limit: Annotated[int, Field(ge=1, le=200), DIGITS] = Field(
        50, description="Deliveries on a page.", examples=[50]
    )


@router.post("/webhooks/endpoints/{endpoint_id}/ping", response={201: DeliveryDetailReply})
def ping(request: HttpRequest, endpoint_id: EndpointId) -> DeliveryDetail:
    """Send a message that says nothing."""
    return selectors.delivery(commands.ping_endpoint(endpoint_id))


@router.get("/webhooks/endpoints/{endpoint_id}/deliveries", response=DeliveryPageReply)
def deliveries(
    request: HttpRequest, endpoint_id: EndpointId, query: Query[DeliveryQuery]
) -> DeliveryPage:
    """Read what was sent to an endpoint."""
    return selectors.deliveries(
        DeliveryFilter(
            endpoint_id=endpoint_id,
            state=query.state,
            type=query.type,
            order_id=query.order_id,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


@router.get("/webhooks/deliveries/{delivery_id}", response=DeliveryDetailReply)
def delivery(request: HttpRequest, delivery_id: DeliveryId) -> DeliveryDetail:
    """Read one delivery."""
    return selectors.delivery(delivery_id)


@router.post("/webhooks/deliveries/{delivery_id}/redeliver", response=DeliveryDetailReply)
def redeliver(request: HttpRequest, delivery_id: DeliveryId) -> DeliveryDetail:
    """Send one again, now."""
    commands.redeliver(delivery_id)
    return selectors.delivery(delivery_id)


@router.post("/webhooks/deliveries/{delivery_id}/skip", response=DeliveryDetailReply)
def skip(request: HttpRequest, delivery_id: DeliveryId) -> DeliveryDetail:
    """Give one up, so that what follows of its order is sent."""
    commands.skip(delivery_id)
    return selectors.delivery(delivery_id)


class FeedQuery(BaseModel):
    """From where to read."""

    after: Annotated[int, Field(ge=0, le=9_007_199_254_740_991), DIGITS] = Field(
        0, description="The last position that is known already.", examples=[0]
    )
    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = Field(
        100, description="Messages at most.", examples=[100]
    )


class FeedMessageReply(Reply):
    """A message as it is sent, with its id."""

    id: str = Field(description="The `webhook-id`.", examples=["msg_2a5f0c"])
    type: str = Field(description="What happened.", examples=["order.placed"])
    version: int = Field(description="Of the fields of `data`.", examples=[1])
    timestamp: str = Field(
        description="When it happened, UTC, to the microsecond.",
        examples=["2026-03-02T08:15:00.250000Z"],
        json_schema_extra={"format": "date-time"},
    )
    position: int = Field(description="In the log of all that happens.", examples=[1200])
    order_id: UUID = Field(description="Of which order.")
    sequence: int = Field(description="Counts within the order, from 1.", examples=[1])
    data: dict[str, Any] = Field(description="As its type says.", examples=[{}])


@router.get("/webhooks/messages", response=list[FeedMessageReply])
def messages(request: HttpRequest, query: Query[FeedQuery]) -> tuple[FeedMessage, ...]:
    """Read the feed instead of being called, message by message from a position on."""
    return selectors.feed(query.after, query.limit)
