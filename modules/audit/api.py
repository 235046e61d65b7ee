"""The audit over HTTP: every recorded event, the state at any moment, and whether it is whole."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.audit import selectors
from modules.audit.contracts import AuditedEvent, StateAt, StreamHead, StreamUnknown, Verification
from modules.wire import DIGITS, Identifier, Moment, Reply

router = Router(tags=["audit"])

Kind = Annotated[Literal["orders", "payments"], Path(description="Whose history.")]
StreamId = Annotated[Identifier, Path(description="The order's or the payment's id.")]


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


def named(kind: str, stream_id: UUID) -> UUID:
    """Returns the id of a stream of this kind. Raises: StreamUnknown: there is none."""
    if not selectors.head(stream_id).kind.startswith(f"{kind}."):
        raise StreamUnknown(f"This is not the id of one of the {kind}.", reference=str(stream_id))
    return stream_id


@router.get("/{kind}/{stream_id}/events", response=list[EventReply])
def events(request: HttpRequest, kind: Kind, stream_id: StreamId) -> tuple[AuditedEvent, ...]:
    """Read every event in order."""
    return selectors.stream(named(kind, stream_id))


class MomentQuery(BaseModel):
    """Up to where to fold; the present if left out."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647), DIGITS] | None = Field(
        None, description="After so many events.", examples=[2]
    )
    at: Moment | None = Field(
        None, description="As of this moment.", examples=["2026-03-01T12:00:00Z"]
    )
    by: Literal["recorded", "effective"] = Field(
        "recorded", description="recorded: what the shop knew then.", examples=["recorded"]
    )


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
    return selectors.state_at(found, version=query.version, at=query.at, by=query.by)


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
