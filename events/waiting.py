"""What the outbox holds, for those who watch over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from events.database import TENANT, fetch
from events.timetable import periodic_names
from modules.kernel.clock import now

type EffectState = Literal["failed", "due", "running", "later", "done"]

OPEN = "done_at IS NULL AND failed_at IS NULL"
# Every row is in exactly one of these. A worker that was handed a row and is not heard of any more
# loses it: then it is due.
_STATES: dict[EffectState, str] = {
    "failed": "failed_at IS NOT NULL",
    "due": f"{OPEN} AND due_at <= %s",
    "running": f"{OPEN} AND sent_at IS NOT NULL AND due_at > %s",
    "later": f"{OPEN} AND sent_at IS NULL AND due_at > %s",
    "done": "done_at IS NOT NULL AND failed_at IS NULL",
}
_ORDER: dict[EffectState, str] = {
    "failed": "failed_at DESC",
    "due": "due_at",
    "running": "sent_at",
    "later": "due_at",
    "done": "done_at DESC",
}
_COLUMNS = (
    "id, actor, arguments::text, attempts, due_at, sent_at, done_at, failed_at, last_error,"
    " created_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One effect asked for; `arguments` is its JSON text, `last_error` empty while none failed."""

    id: UUID
    name: str
    arguments: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    done_at: datetime | None
    failed_at: datetime | None
    last_error: str
    created_at: datetime

    @property
    def state(self) -> EffectState:
        """Returns the one state that the row is in at this moment."""
        if self.failed_at:
            return "failed"
        if self.done_at:
            return "done"
        if self.due_at <= now():
            return "due"
        return "running" if self.sent_at else "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The queue in figures: `depth` is what is due or running, `oldest_seconds` how late it is."""

    failed: int
    due: int
    running: int
    later: int
    oldest_seconds: int

    @property
    def depth(self) -> int:
        return self.due + self.running


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How many effects of one name are given up, or wait for their moment, and the next of them."""

    name: str
    count: int
    next_at: datetime


def effects(state: EffectState, limit: int = 100, name: str = "") -> tuple[OutboxRow, ...]:
    """Returns effects of one state, or those of one name among them; one query.

    Waiting ones come by due time, others newest first.
    """
    moment = [now()] if "%s" in _STATES[state] else []
    return _rows(
        f"{_STATES[state]} AND (%s = '' OR actor = %s) ORDER BY {_ORDER[state]}, id LIMIT %s",
        (*moment, name, name, limit),
    )


def effects_about(streams: Sequence[UUID], limit: int = 200) -> tuple[OutboxRow, ...]:
    """Returns the effects that what was recorded in these streams asked for, oldest first.

    They share the request that caused them, and name one of the streams.
    """
    return _rows(
        "correlation_id IN (SELECT correlation_id FROM es.event WHERE tenant_id = %s"
        " AND stream_id = ANY (%s)) AND arguments::text LIKE ANY (%s)"
        " ORDER BY created_at, id LIMIT %s",
        (TENANT, list(streams), [f"%{each}%" for each in streams], limit),
    )


def effect_row(identifier: UUID) -> OutboxRow | None:
    """Returns one effect, if it was ever asked for and is not forgotten yet."""
    return next(iter(_rows("id = %s", (identifier,))), None)


def _rows(condition: str, parameters: Sequence[object]) -> tuple[OutboxRow, ...]:
    rows = fetch(
        f"SELECT {_COLUMNS} FROM es.outbox WHERE tenant_id = %s AND {condition}",  # noqa: S608
        (TENANT, *parameters),
    )
    return tuple(
        OutboxRow(
            id=row[0],
            name=row[1],
            arguments=row[2],
            attempts=row[3],
            due_at=row[4],
            sent_at=row[5],
            done_at=row[6],
            failed_at=row[7],
            last_error=row[8],
            created_at=row[9],
        )
        for row in rows
    )


def overview() -> Overview:
    """Returns how many effects are in each state, and how late the latest is; one query."""
    moment = now()
    failed, due, running, later, oldest = fetch(
        "SELECT count(*) FILTER (WHERE failed_at IS NOT NULL),"
        " count(*) FILTER (WHERE failed_at IS NULL AND due_at <= %s),"
        " count(*) FILTER (WHERE failed_at IS NULL AND due_at > %s AND sent_at IS NOT NULL),"
        " count(*) FILTER (WHERE failed_at IS NULL AND due_at > %s AND sent_at IS NULL),"
        " min(due_at) FILTER (WHERE failed_at IS NULL)"
        " FROM es.outbox WHERE tenant_id = %s AND (done_at IS NULL OR failed_at IS NOT NULL)",
        (moment, moment, moment, TENANT),
    )[0]
    late = max(0, int((moment - oldest).total_seconds())) if oldest else 0
    return Overview(failed=failed, due=due, running=running, later=later, oldest_seconds=late)


def failed_kinds() -> tuple[Kind, ...]:
    """Returns the names of what is given up, the most frequent first."""
    return _kinds("failed_at IS NOT NULL", "count(*) DESC, actor", ())


def waiting_kinds() -> tuple[Kind, ...]:
    """Returns the names of what waits for a moment of its own, the next first.

    What comes round by itself is left out: `timetable.timers` knows it.
    """
    condition = f"{_STATES['later']} AND attempts = 0 AND NOT actor = ANY (%s)"
    return _kinds(condition, "min(due_at), actor", (now(), list(periodic_names())))


def _kinds(condition: str, order: str, parameters: Sequence[object]) -> tuple[Kind, ...]:
    rows = fetch(
        "SELECT actor, count(*), min(due_at) FROM es.outbox"  # noqa: S608
        f" WHERE tenant_id = %s AND {condition} GROUP BY actor ORDER BY {order}",
        (TENANT, *parameters),
    )
    return tuple(Kind(name=row[0], count=row[1], next_at=row[2]) for row in rows)
