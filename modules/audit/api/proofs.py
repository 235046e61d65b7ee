"""The proofs over HTTP: checkpoints and keys for everybody, paths and receipts for auditors."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.audit import selectors
from modules.audit.api.wire import Kind, StreamId, named
from modules.audit.contracts import (
    Consistency,
    Inclusion,
    SignedCheckpoint,
)
from modules.wire import DIGITS, Reply

router = Router(tags=["audit"])
public_router = Router(tags=["proofs"])

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
