"""The audit over HTTP: every recorded event, the state at any moment, and whether it is whole.

Checkpoints and keys are for everybody; what is in the log is for auditors.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.audit import selectors
from modules.audit.contracts import (
    AuditedEvent,
    Consistency,
    Inclusion,
    SignedCheckpoint,
    StateAt,
    StreamHead,
    StreamUnknown,
    Verification,
)
from modules.wire import DIGITS, Identifier, Moment, Reply

router = Router(tags=["audit"])
public_router = Router(tags=["proofs"])

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


Size = Annotated[
    int, Field(ge=1, le=999_999_999_999_999), DIGITS, Path(description="Events it covers.")
]


class SinceQuery(BaseModel):
    """What the caller holds already."""

    since: Annotated[int, Field(ge=0, le=999_999_999_999_999), DIGITS] = Field(
        0, description="The size of an earlier checkpoint, to be proved continued.", examples=[12]
    )


class ReceiptReply(Reply):
    """An order's or payment's events with their proofs, as `verify.py` reads them."""

    format: str = Field(description="Its version.", examples=["counterfoil-receipt/1"])
    order: str = Field(description="Whose.", examples=["Order 7K3M-9QXA"])
    keys: list[str] = Field(description="The log's public keys.", examples=[[]])
    checkpoint: dict[str, Any] = Field(description="Signed note, cosignatures.", examples=[{}])
    events: list[dict[str, Any]] = Field(description="Each with its path.", examples=[[]])
    later: int = Field(description="Events that wait for a checkpoint.", examples=[0])
    consistency: list[dict[str, Any]] = Field(description="From `since`.", examples=[[]])


@router.get(
    "/{kind}/{stream_id}/receipt", response=ReceiptReply, openapi_extra={"x-refusals": [409]}
)
def receipt(
    request: HttpRequest, kind: Kind, stream_id: StreamId, query: Query[SinceQuery]
) -> dict[str, Any]:
    """Read the events of an order and its payments, or of a payment, each with its proof."""
    text = selectors.order_proof(named(kind, stream_id), since=query.since)
    found: dict[str, Any] = json.loads(text)
    return found


class InclusionReply(Reply):
    """RFC 9162, section 2.1.3: the event is in the tree."""

    position: int = Field(description="Its place in the log, from 1.", examples=[7])
    size: int = Field(description="Events in the tree.", examples=[12])
    stream_id: UUID = Field(description="Its stream.")
    version: int = Field(description="Its place in the stream.", examples=[2])
    hash: str = Field(description="Of the event, base64.", examples=["n2wp..."])
    path: list[str] = Field(description="Hashes upwards, base64.", examples=[[]])


@router.get(
    "/checkpoints/{size}/inclusion/{position}",
    response=InclusionReply,
    openapi_extra={"x-refusals": [409]},
)
def inclusion(
    request: HttpRequest,
    size: Size,
    position: Annotated[int, Field(ge=1, le=999_999_999_999_999), DIGITS, Path()],
) -> Inclusion:
    """Prove that the event at a position is in a checkpoint's tree."""
    return selectors.inclusion_proof(position, size)


class ConsistencyReply(Reply):
    """RFC 9162, section 2.1.4: the larger tree begins with the smaller one."""

    since: int = Field(description="Events in the smaller tree.", examples=[12])
    size: int = Field(description="Events in the larger tree.", examples=[40])
    path: list[str] = Field(description="Hashes, base64.", examples=[[]])


@router.get(
    "/checkpoints/{size}/consistency/{since}",
    response=ConsistencyReply,
    openapi_extra={"x-refusals": [409]},
)
def consistency(request: HttpRequest, size: Size, since: Size) -> Consistency:
    """Prove that a checkpoint continues an earlier one."""
    return selectors.consistency(since, size)


class CheckpointReply(Reply):
    """A signed statement of how many events there are and of the root of their hash tree."""

    size: int = Field(description="Events covered.", examples=[12])
    root: str = Field(description="Of the hash tree, base64.", examples=["n2wp..."])
    signed_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    keys: list[str] = Field(description="Public keys that signed.", examples=[[]])
    witnesses: list[str] = Field(description="Who cosigned.", examples=[[]])


class CheckpointsQuery(BaseModel):
    """Which of them."""

    limit: Annotated[int, Field(ge=1, le=200), DIGITS] = Field(
        50, description="At most so many.", examples=[50]
    )
    before: Annotated[int, Field(ge=1, le=999_999_999_999_999), DIGITS] | None = Field(
        None, description="Smaller than this, for the page after.", examples=[12]
    )


@public_router.get("/checkpoints", response=list[CheckpointReply])
def checkpoints(
    request: HttpRequest, query: Query[CheckpointsQuery]
) -> tuple[SignedCheckpoint, ...]:
    """List signed checkpoints, the newest first."""
    return selectors.signed_checkpoints(query.limit, before=query.before)


@public_router.get(
    "/checkpoints/{size}",
    openapi_extra={"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}},
)
def checkpoint(request: HttpRequest, size: Size) -> HttpResponse:
    """Read a checkpoint as the signed note of C2SP, with its cosignatures."""
    return HttpResponse(selectors.signed_note(size), content_type="text/plain; charset=utf-8")


class KeysReply(Reply):
    """The keys that signed the last checkpoint."""

    keys: list[str] = Field(description="As `verify.py --key` takes them.", examples=[[]])


@public_router.get("/checkpoint-keys", response=KeysReply)
def checkpoint_keys(request: HttpRequest) -> dict[str, tuple[str, ...]]:
    """Read the log's public keys: compare them with where else they are published."""
    return {"keys": selectors.log_keys()}
