"""Effects over HTTP, for those who watch over the shop: the queue, its failures, retry and park.

It stands here because effects belong to no module: the event store below knows no HTTP.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from events.context import current_context
from events.outbox import park, retry, retry_all
from events.timetable import timers as known_timers
from events.waiting import (
    OutboxRow,
    effect_row,
    effects_about,
    overview,
)
from events.waiting import effects as effects_in
from modules.kernel.errors import NotFound
from modules.payments.selectors import payments_of
from modules.wire import DIGITS, Body, Identifier, Line, OptionalLine, Reply

router = Router(tags=["staff: effects"])

EffectId = Annotated[Identifier, Path(description="The effect's id.")]
State = Literal["failed", "due", "running", "later", "done"]


class EffectNotFound(NotFound):
    """No effect has this id, or it was done more than a year ago and is forgotten."""

    code = "effect-not-found"


class EffectReply(Reply):
    """One effect: what was asked for, and how far it is."""

    id: UUID = Field(
        description="Also its idempotency key.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"]
    )
    name: str = Field(description="What it does.", examples=["notifications.send"])
    state: State = Field(description="The one state it is in.", examples=["failed"])
    attempts: int = Field(description="Attempts that have begun.", examples=[8])
    due_at: datetime = Field(
        description="When it is looked at next, UTC.", examples=["2026-03-01T12:00:00Z"]
    )
    done_at: datetime | None = Field(None, description="Done, UTC.", examples=[None])
    failed_at: datetime | None = Field(
        None, description="Given up, UTC.", examples=["2026-03-01T12:00:00Z"]
    )
    last_error: str = Field(
        description="Why the last attempt failed.", examples=["MailRefused: 550 no such mailbox"]
    )
    arguments: str = Field(description="Its arguments, as JSON text.", examples=["{}"])


class OverviewReply(Reply):
    """The queue in figures."""

    depth: int = Field(description="Due or running.", examples=[3])
    oldest_seconds: int = Field(description="How late the latest is.", examples=[0])
    failed: int = Field(description="Given up.", examples=[0])
    due: int = Field(description="Wait for a worker.", examples=[1])
    running: int = Field(description="With a worker.", examples=[2])
    later: int = Field(description="Wait for their moment.", examples=[120])


class TimerReply(Reply):
    """One thing that comes round by itself."""

    name: str = Field(description="Name.", examples=["ledger.reconcile"])
    meaning: str = Field(description="What it does.", examples=["Asks every provider."])
    every_seconds: int = Field(description="Its period.", examples=[3600])
    due_at: datetime = Field(description="Next, UTC.", examples=["2026-03-01T12:00:00Z"])
    last_run_at: datetime | None = Field(
        None, description="Last ended, UTC.", examples=["2026-03-01T11:00:02Z"]
    )
    outcome: Literal["done", "failed", "trying", "never"] = Field(
        description="How the last run ended.", examples=["done"]
    )
    error: str = Field(description="Why it failed.", examples=[""])


class EffectsQuery(BaseModel):
    """Which effects to list: those of an order, or those of one state."""

    order_id: Identifier | None = Field(
        None, description="All effects of this order.", examples=[None]
    )
    state: State = Field("failed", description="One state.", examples=["failed"])
    name: OptionalLine = Field("", description="One kind.", examples=["notifications.send"])
    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = Field(
        100, description="At most so many.", examples=[100]
    )


class RetryBody(Body):
    """Which effects to try again."""

    name: Line = Field(description="The kind.", examples=["notifications.send"])


class RetriedReply(Reply):
    """What became of it."""

    retried: int = Field(description="How many were given up and are due now.", examples=[12])


@router.get("/effects", response=list[EffectReply])
def effects(request: HttpRequest, query: Query[EffectsQuery]) -> list[EffectReply]:
    """List effects of one state, or all of one order."""
    if query.order_id is None:
        return [reply(row) for row in effects_in(query.state, query.limit, query.name)]
    streams = [query.order_id, *(payment.id for payment in payments_of(query.order_id))]
    return [reply(row) for row in effects_about(streams, query.limit)]


@router.get("/effects/overview", response=OverviewReply)
def queue(request: HttpRequest) -> OverviewReply:
    """Read how long the queue is, how late, and how much was given up."""
    found = overview()
    return OverviewReply(
        depth=found.depth,
        oldest_seconds=found.oldest_seconds,
        failed=found.failed,
        due=found.due,
        running=found.running,
        later=found.later,
    )


@router.get("/effects/timers", response=list[TimerReply])
def timers(request: HttpRequest) -> list[TimerReply]:
    """List what comes round by itself: when next, and how the last run ended."""
    return [
        TimerReply(
            name=each.name,
            meaning=each.meaning,
            every_seconds=int(each.every.total_seconds()),
            due_at=each.due_at,
            last_run_at=each.last_run_at,
            outcome=each.outcome,
            error=each.error,
        )
        for each in known_timers()
    ]


@router.post("/effects/retry", response=RetriedReply)
def retry_kind(request: HttpRequest, body: RetryBody) -> RetriedReply:
    """Have all given-up effects of one kind tried again."""
    return RetriedReply(retried=retry_all(body.name))


@router.get("/effects/{effect_id}", response=EffectReply)
def effect(request: HttpRequest, effect_id: EffectId) -> EffectReply:
    """Read one effect."""
    return reply(existing(effect_id))


@router.post("/effects/{effect_id}/retry", response=EffectReply)
def retry_effect(request: HttpRequest, effect_id: EffectId) -> EffectReply:
    """Have a given-up effect tried again; any other is left as it is."""
    retry(effect_id)
    return reply(existing(effect_id))


@router.post("/effects/{effect_id}/park", response=EffectReply)
def park_effect(request: HttpRequest, effect_id: EffectId) -> EffectReply:
    """Give up an effect that is not done; a done one is left as it is."""
    park(effect_id, f"parked by {current_context().actor}")
    return reply(existing(effect_id))


def existing(identifier: UUID) -> OutboxRow:
    """Returns an effect. Raises: EffectNotFound."""
    found = effect_row(identifier)
    if found is None:
        raise EffectNotFound(f"There is no effect {identifier}.")
    return found


def reply(row: OutboxRow) -> EffectReply:
    return EffectReply(
        id=row.id,
        name=row.name,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        done_at=row.done_at,
        failed_at=row.failed_at,
        last_error=row.last_error,
        arguments=row.arguments,
    )
