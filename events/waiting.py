"""What the outbox holds, for those who watch over it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from events.database import TENANT, fetch
from modules.kernel.clock import now

type EffectState = Literal["failed", "due", "later", "done"]

# Every row is in exactly one of these.
_STATES: dict[EffectState, str] = {
    "failed": "failed_at IS NOT NULL",
    "due": "done_at IS NULL AND failed_at IS NULL AND due_at <= %s",
    "later": "done_at IS NULL AND failed_at IS NULL AND due_at > %s",
    "done": "done_at IS NOT NULL AND failed_at IS NULL",
}
_ORDER: dict[EffectState, str] = {
    "failed": "failed_at DESC",
    "due": "due_at",
    "later": "due_at",
    "done": "done_at DESC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One effect asked for; `arguments` is its JSON text, `last_error` empty while none failed."""

    id: UUID
    name: str
    arguments: str
    attempts: int
    due_at: datetime
    done_at: datetime | None
    failed_at: datetime | None
    last_error: str
    created_at: datetime


def effects(state: EffectState, limit: int = 100) -> tuple[OutboxRow, ...]:
    """Returns effects of one state: waiting ones by due time, others newest first; one query."""
    moment = [now()] if "%s" in _STATES[state] else []
    rows = fetch(
        "SELECT id, actor, arguments::text, attempts, due_at, done_at, failed_at, last_error,"  # noqa: S608
        f" created_at FROM es.outbox WHERE tenant_id = %s AND {_STATES[state]}"
        f" ORDER BY {_ORDER[state]}, id LIMIT %s",
        (TENANT, *moment, limit),
    )
    return tuple(
        OutboxRow(
            id=row[0],
            name=row[1],
            arguments=row[2],
            attempts=row[3],
            due_at=row[4],
            done_at=row[5],
            failed_at=row[6],
            last_error=row[7],
            created_at=row[8],
        )
        for row in rows
    )


def effect_counts() -> dict[EffectState, int]:
    """Returns how many effects are in each state; one query, and `done` is not counted."""
    moment = now()
    row = fetch(
        "SELECT count(*) FILTER (WHERE failed_at IS NOT NULL),"
        " count(*) FILTER (WHERE failed_at IS NULL AND due_at <= %s),"
        " count(*) FILTER (WHERE failed_at IS NULL AND due_at > %s)"
        " FROM es.outbox WHERE tenant_id = %s AND (done_at IS NULL OR failed_at IS NOT NULL)",
        (moment, moment, TENANT),
    )[0]
    return {"failed": row[0], "due": row[1], "later": row[2]}
