"""A whole read model as of the past: folded beside the live tables, read out, and dropped again.

Personal fields stay sealed in it. So it says the same whenever it is asked for, whoever was erased
meanwhile, and may leave the house.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Model

from events import projections
from events.database import execute, fetch, uncached
from events.errors import NotRebuildable, PastRefused
from events.generations import BATCH, Progress, choose, fold, make_tables, models, tables_of
from events.moments import AsOf
from events.privacy.sealing import personal_fields
from events.projections import AnyProjection
from events.recorded import KNOWN_AT
from events.sequencer import sequence
from events.store import RecordedEvent, log_head, read_sequenced, read_stream

# What a run left alone for so long is not gone on with; see SILENCE of modules/audit/running.py.
ABANDONED = timedelta(minutes=20)
ROWS = 2000

_LOCK = "(hashtext('counterfoil.scratch'), %s::int)"
_COUNTS = (
    f"((%s::timestamptz IS NULL OR {KNOWN_AT} <= %s)"
    " AND (%s::timestamptz IS NULL OR e.effective_at <= %s))"
)
_EVENTS = "FROM es.log l JOIN es.event e USING (tenant_id, stream_id, version)"
_LAST_KNOWN = f"SELECT coalesce(max(l.position), 0) {_EVENTS} WHERE {KNOWN_AT} <= %s"
# Streams of which an event counts after one that does not: they are judged as a whole.
_TORN = (
    f"SELECT stream_id FROM (SELECT stream_id, e.version, {_COUNTS} AS counts {_EVENTS}"  # noqa: S608  # constants
    " WHERE l.position <= %s) judged GROUP BY stream_id"
    " HAVING min(version) FILTER (WHERE NOT counts) < max(version) FILTER (WHERE counts)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A read model being folded up to position `upto`, of what counts `as_of` a moment."""

    id: int
    projection: str
    position: int
    upto: int
    by_position: bool
    as_of: AsOf

    @property
    def home(self) -> str:
        return f"scratch_{self.id:d}"

    @property
    def chosen(self) -> list[AnyProjection]:
        return with_what_they_read(self.projection)


def end_of_log(position: int | None, as_of: AsOf) -> int:
    """Returns the position up to which a past reaches.

    Raises:
        PastRefused: the log is shorter, or both a position and a moment of knowing were given.
    """
    sequence()
    head = log_head()
    if position is None:
        known = as_of.known_at
        return head if known is None else int(fetch(_LAST_KNOWN, (known,))[0][0])
    if as_of.known_at is not None:
        raise PastRefused(
            "Give a position or the time at which it was known, and not both: each says where the"
            " log ends.",
            head=head,
        )
    if not 0 <= position <= head:
        raise PastRefused(
            f"The log has {head:,} positions; {position:,} is none of them. Ask for one from 0 to"
            f" {head:,}, or leave it out for the last.",
            head=head,
        )
    return position


def begin(name: str, *, position: int | None = None, as_of: AsOf, owner: str = "") -> Scratch:
    """Makes the empty tables, and clears away what others left behind.

    Without an `owner` they are gone when this connection ends; with one (a run of several steps),
    when nobody went on with them for twenty minutes. Whoever began calls `discard` at the end.

    Raises:
        NotRebuildable: there is no such read model, or it does not say what tables it writes.
        PastRefused: the log has no such past.
    """
    chosen = with_what_they_read(name)
    upto = end_of_log(position, as_of)
    sweep()
    with transaction.atomic():
        rows = fetch(
            "INSERT INTO es.scratch"
            " (projection, upto, by_position, as_known_at, as_effective_at, owner)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            (name, upto, position is not None, as_of.known_at, as_of.effective_at, owner),
        )
        if not owner:
            # Before anybody else can see the row: who sees it and gets the lock clears it away.
            execute(f"SELECT pg_advisory_lock{_LOCK}", rows[0])
        found = scratch(rows[0][0])
        make_tables(found.home, chosen)
    return found


def scratch(scratch_id: int) -> Scratch:
    """Raises: NotRebuildable: it was cleared away because nobody went on with it."""
    rows = fetch(
        "SELECT id, projection, position, upto, by_position, as_known_at, as_effective_at"
        " FROM es.scratch WHERE id = %s",
        (scratch_id,),
    )
    if not rows:
        raise NotRebuildable("What was folded so far is cleared away: ask for it anew.")
    id, projection, position, upto, by_position, known_at, effective_at = rows[0]
    return Scratch(
        id=id,
        projection=projection,
        position=position,
        upto=upto,
        by_position=by_position,
        as_of=AsOf(known_at=known_at, effective_at=effective_at),
    )


def fold_up(found: Scratch, progress: Progress | None = None) -> Scratch:
    """Folds all that counts, batch by batch; broken off by `progress`, it can be gone on with.

    Raises:
        RebuildStopped: an event could not be folded.
    """
    with personal_fields("sealed"), uncached():
        torn = torn_streams(found)
        while found.position < found.upto:
            found = _fold_next(found, torn)
            if progress:
                progress(found.position, found.upto)
    return found


def _fold_next(found: Scratch, torn: dict[UUID, set[int]]) -> Scratch:
    topics = sorted({topic for each in found.chosen for topic in projections.topics(each)})
    with transaction.atomic():
        recorded = read_sequenced(found.position, BATCH, topics)
        within = [row for row in recorded if (row.position or 0) <= found.upto]
        full = len(within) == BATCH
        reached = (within[-1].position or 0) if full else found.upto
        counted = [row for row in within if _counts(row, found.as_of, torn)]
        for projection in found.chosen:
            with tables_of(found.home):
                fold(projection, counted)
        execute(
            "UPDATE es.scratch SET position = %s, heard_at = now() WHERE id = %s",
            (reached, found.id),
        )
    return scratch(found.id)


def _counts(row: RecordedEvent, as_of: AsOf, torn: dict[UUID, set[int]]) -> bool:
    versions = torn.get(row.stream_id)
    return as_of.counts(row) if versions is None else row.version in versions


def torn_streams(found: Scratch) -> dict[UUID, set[int]]:
    """Returns which versions count of the streams that the moment does not cut in two."""
    known, effective = found.as_of.known_at, found.as_of.effective_at
    if known is None and effective is None:
        return {}
    result: dict[UUID, set[int]] = {}
    for (stream_id,) in fetch(_TORN, (known, known, effective, effective, found.upto)):
        whole = [row for row in read_stream(stream_id) if 0 < (row.position or 0) <= found.upto]
        result[stream_id] = {row.version for row in found.as_of.events(whole)}
    return result


def write(found: Scratch, file: BinaryIO) -> int:
    """Writes the rows as lines of canonical JSON, a line about them first; returns how many rows.

    Keys are sorted, rows come in the order of their keys, times are in UTC: equal rows are equal
    bytes.
    """
    projection = projections.registered()[found.projection]
    file.write(as_line(header(found)))
    written = 0
    with transaction.atomic(), tables_of(found.home), uncached():
        for model in models(projection):
            for row in rows_of(model):
                file.write(as_line({"table": model._meta.db_table, "row": row}))
                written += 1
    return written


def header(found: Scratch) -> dict[str, object]:
    return {
        "read_model": found.projection,
        "position": found.upto,
        "as_known_at": found.as_of.known_at,
        "as_effective_at": found.as_of.effective_at,
    }


def rows_of(model: type[Model]) -> Iterator[dict[str, Any]]:
    """Yields the rows in the order of their keys, without columns the database makes of others."""
    names = [field.attname for field in model._meta.concrete_fields if not field.generated]
    yield from model._default_manager.order_by("pk").values(*names).iterator(chunk_size=ROWS)


def as_line(value: dict[str, object]) -> bytes:
    return msgspec.json.encode(value, order="sorted", enc_hook=str) + b"\n"


def discard(scratch_id: int) -> None:
    """Drops the tables; of something that is gone already, nothing."""
    with transaction.atomic():
        execute(f"DROP SCHEMA IF EXISTS scratch_{scratch_id:d} CASCADE")
        execute("DELETE FROM es.scratch WHERE id = %s", (scratch_id,))
    execute(f"SELECT pg_advisory_unlock{_LOCK}", (scratch_id,))


def sweep() -> int:
    """Drops what killed processes and abandoned runs left behind; returns how many there were."""
    swept = 0
    for scratch_id, abandoned in fetch(
        "SELECT id, owner = '' OR heard_at < now() - %s FROM es.scratch", (ABANDONED,)
    ):
        if abandoned and fetch(f"SELECT pg_try_advisory_lock{_LOCK}", (scratch_id,))[0][0]:
            discard(scratch_id)
            swept += 1
    return swept


@contextmanager
def folded(
    name: str, *, position: int | None = None, as_of: AsOf, progress: Progress | None = None
) -> Iterator[Scratch]:
    """Folds a read model and drops it after the block. Raises: as `begin` and `fold_up` do."""
    found = begin(name, position=position, as_of=as_of)
    try:
        yield fold_up(found, progress)
    finally:
        discard(found.id)


def with_what_they_read(name: str) -> list[AnyProjection]:
    """Returns a projection after those that it reads. Raises: NotRebuildable: as `choose`."""
    choose([name])
    known, wanted = projections.registered(), {name}
    while more := {other for each in wanted for other in known[each].reads} - wanted:
        wanted |= more
    return choose(sorted(wanted))
