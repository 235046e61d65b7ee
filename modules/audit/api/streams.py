"""The history over HTTP: every recorded event, the state at any moment, and whether it is whole."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from events.moments import AsOf, as_of, past
from modules.audit import selectors
from modules.audit.api.wire import Kind, StreamId, named
from modules.audit.contracts import (
    AuditedEvent,
    RowThen,
    StateAt,
    StreamHead,
    Totals,
    Verification,
)
from modules.inventory.contracts import StockLevel
from modules.inventory.selectors import stock_level
from modules.wire import DIGITS, AsOfQuery, Identifier, Moment, Reply

router = Router(tags=["audit"])


class StreamReply(Reply):
    """A stream: the history of one order or one payment."""

    stream_id: UUID = Field(description="Identifier.")
    kind: str = Field(description="What it is.", examples=["orders.order"])
    label: str = Field(description="How people call it.", examples=["7K3M-9QXA"])
    version: int = Field(description="Its number of events.", examples=[5])
    hash: str = Field(description="Of its last event and all before.", examples=["9f2c..."])
    last_recorded_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


class ReferenceQuery(BaseModel):
    """What an auditor was told."""

    reference: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="An order number, or the id of an order or payment.", examples=["7K3M-9QXA"]
    )


@router.get("/streams", response=list[StreamReply], openapi_extra={"x-refusals": [404]})
def streams(request: HttpRequest, query: Query[ReferenceQuery]) -> tuple[StreamHead, ...]:
    """Find the stream that a number or id names, and the payments of an order after it."""
    return selectors.family(selectors.find(query.reference))


class EventReply(Reply):
    """One recorded event with its envelope."""

    stream_id: UUID = Field(description="Which stream.")
    version: int = Field(description="Its place in the stream.", examples=[1])
    position: int | None = Field(description="Its place in the log; null: not numbered yet.")
    topic: str = Field(description="Its type.", examples=["orders.order.placed.v1"])
    title: str = Field(description="The same in words.", examples=["Placed"])
    event_id: UUID = Field(description="Identifier.")
    actor: str = Field(description="Who did it.", examples=["guest"])
    recorded_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    effective_at: datetime = Field(description="When it became true, UTC.")
    causation_id: UUID | None = Field(description="What caused it.")
    correlation_id: UUID | None = Field(description="Joins all of one request.")
    command_id: UUID | None = Field(description="The command that recorded it.")
    previous_hash: str = Field(description="Of the event before.", examples=["0000..."])
    hash: str = Field(description="Of this event and all before.", examples=["9f2c..."])
    payload: str = Field(description="The exact JSON text that was hashed.", examples=["{}"])


@router.get("/{kind}/{stream_id}/events", response=list[EventReply])
def events(
    request: HttpRequest, kind: Kind, stream_id: StreamId, query: Query[AsOfQuery]
) -> tuple[AuditedEvent, ...]:
    """Read every event in order, or those that count at a moment."""
    return selectors.stream(named(kind, stream_id), as_of(query))


class MomentQuery(AsOfQuery):
    """Up to where to fold; the present if left out."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647), DIGITS] | None = Field(
        None, description="After so many events.", examples=[2]
    )
    at: Moment | None = Field(
        None,
        description="Short for one of the two above; which, says `by`.",
        examples=["2026-03-01T12:00:00Z"],
    )
    by: Literal["recorded", "effective"] = Field(
        "recorded", description="recorded: what the shop knew then.", examples=["recorded"]
    )

    def moment(self) -> AsOf | None:
        asked = as_of(self)
        if asked is None and self.at is not None:
            at = past(self.at, "at")
            return AsOf(known_at=at) if self.by == "recorded" else AsOf(effective_at=at)
        return asked


class ChangeReply(Reply):
    """One field before and after the last of the events."""

    field: str = Field(description="Its name.", examples=["status"])
    before: str = Field(description="Its value.", examples=["placed"])
    after: str = Field(description="Its value.", examples=["confirmed"])
    changed: bool = Field(description="Whether they differ.", examples=[True])


class StateReply(Reply):
    """The state folded from the first `version` events."""

    stream_id: UUID = Field(description="Which stream.")
    kind: str = Field(description="What it is.", examples=["orders.order"])
    version: int = Field(description="Events folded.", examples=[2])
    versions: int = Field(description="Events there are.", examples=[5])
    recorded_at: datetime = Field(description="Of the last one folded, UTC.")
    state: dict[str, Any] = Field(description="As the events made it.", examples=[{}])
    changes: tuple[ChangeReply, ...] = Field(description="By the last event.", examples=[[]])


@router.get("/{kind}/{stream_id}/state", response=StateReply)
def state(
    request: HttpRequest, kind: Kind, stream_id: StreamId, query: Query[MomentQuery]
) -> StateAt:
    """Read the state after a number of events, or as of a moment."""
    found = named(kind, stream_id)
    return selectors.state_at(found, version=query.version, as_of=query.moment())


class VerificationReply(Reply):
    """Whether each event follows from those before it."""

    stream_id: UUID = Field(description="Which stream.")
    kind: str = Field(description="What it is.", examples=["orders.order"])
    events: int = Field(description="Events checked.", examples=[5])
    whole: bool = Field(description="True: nothing was changed.", examples=[True])
    bad_version: int | None = Field(description="The first event that does not follow.")
    reason: str = Field(description="What is wrong, or empty.", examples=[""])


@router.get("/{kind}/{stream_id}/verify", response=VerificationReply)
def verify(request: HttpRequest, kind: Kind, stream_id: StreamId) -> Verification:
    """Recompute the chain of hashes from the first event."""
    return selectors.verify(named(kind, stream_id))


class LevelReply(Reply):
    """The whole level of a SKU."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    on_hand: int = Field(description="Units in the house.", examples=[40])
    reserved: int = Field(description="Units promised, not shipped.", examples=[3])
    free: int = Field(description="On hand minus reserved.", examples=[37])
    available: int = Field(description="Free plus backorder limit.", examples=[37])
    availability: str = Field(description="In one word.", examples=["in-stock"])
    backorder_limit: int = Field(description="Units sold before they arrive.", examples=[0])


@router.get("/stock/{sku}", response=LevelReply)
def stock(
    request: HttpRequest,
    sku: Annotated[str, Path(max_length=64, description="The SKU.")],
    query: Query[AsOfQuery],
) -> StockLevel:
    """Read the stock of a SKU, as it is or as it was."""
    return stock_level(sku, as_of(query))


class RowReply(Reply):
    """A row of a read model."""

    name: str = Field(description="Of the read model.", examples=["orders.orders"])
    key: UUID = Field(description="The order's, payment's or adjustment's id.")
    version: int = Field(description="Events it was folded from.", examples=[4])
    columns: dict[str, Any] = Field(description="Personal data is sealed.", examples=[{}])


@router.get("/read-models", response=list[str])
def read_models(request: HttpRequest) -> tuple[str, ...]:
    """List the read models whose rows can be asked for."""
    return selectors.read_models()


@router.get("/read-models/{name}/{key}", response=RowReply)
def row(
    request: HttpRequest,
    name: Annotated[str, Path(max_length=100, description="Of the read model.")],
    key: Annotated[Identifier, Path(description="The order's, payment's or adjustment's id.")],
    query: Query[AsOfQuery],
) -> RowThen:
    """Read a row of a read model folded afresh, as it is or as it was."""
    return selectors.row_then(name, key, as_of(query))


class SumsOfReply(Reply):
    """Sums of one currency; amounts in its minor units."""

    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    orders: int = Field(description="Orders placed.", examples=[120])
    ordered_minor: int = Field(description="As ordered.", examples=[368400])
    authorised_minor: int = Field(description="Promised by payments.", examples=[368400])
    captured_minor: int = Field(description="Taken.", examples=[307000])
    voided_minor: int = Field(description="Given back before it was taken.", examples=[0])
    refunded_minor: int = Field(description="Given back after.", examples=[1290])
    adjustments: int = Field(description="Documents beside orders and payments.", examples=[3])
    adjusted: str = Field(description="Their exact sum, in units.", examples=["-12.905"])


class SumsReply(Reply):
    """What had moved by a moment."""

    currencies: tuple[SumsOfReply, ...] = Field(description="One each.", examples=[[]])


@router.get("/totals", response=SumsReply)
def totals(request: HttpRequest, query: Query[AsOfQuery]) -> Totals:
    """Read what was ordered, taken, given back and adjusted up to now or to a moment."""
    return selectors.totals(as_of(query))
