"""The two clocks of history: when the shop learned of a fact, and when it became true.

`as_known_at` goes by the first, the moment from which others could see it (recorded and committed):
it answers what the shop would have answered then.
`as_effective_at` goes by the second (effective time): it answers what had happened in the world by
then, whenever the shop learned of it. Together: what the shop knew at one moment of another.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import LessThanOrEqual

from events.database import TENANT, fetch
from events.errors import MomentAhead, MomentUnreadable, NothingRecordedYet
from events.recorded import COLUMNS, KNOWN_AT, RecordedEvent, from_row
from events.registry import aggregate_of
from events.sequencer import sequence
from modules.kernel.clock import now

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")
# A page's address or a copied log line may have lost the plus sign of an offset to a space.
_LOST_PLUS = re.compile(r" (?=\d\d:\d\d$)")
_STREAMS = (
    f"SELECT l.committed_at, {COLUMNS} FROM es.event e"  # noqa: S608
    " LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
    " WHERE e.tenant_id = %s AND e.stream_id = ANY(%s::uuid[]) ORDER BY e.stream_id, e.version"
)


class Asked(Protocol):
    """A question with the two parameters that every interface has."""

    @property
    def as_known_at(self) -> datetime | None: ...

    @property
    def as_effective_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """A moment on either clock, in UTC; None on one of them leaves nothing out by it."""

    known_at: datetime | None = None
    effective_at: datetime | None = None

    def __str__(self) -> str:
        parts = []
        if self.known_at is not None:
            parts.append(f"as known at {self.known_at.isoformat()}")
        if self.effective_at is not None:
            parts.append(f"as effective at {self.effective_at.isoformat()}")
        return ", ".join(parts) or "as it is"

    def counts(self, recorded: RecordedEvent) -> bool:
        """Tells whether an event counts by its own times, whatever the rest of its stream says."""
        known = self.known_at is None or recorded.known_at <= self.known_at
        return known and (self.effective_at is None or recorded.effective_at <= self.effective_at)

    def events(self, recorded: Sequence[RecordedEvent]) -> list[RecordedEvent]:
        """Returns those events of one whole stream that count; none before its first one does.

        By known time these are all up to the last one known then: clocks of two machines may
        disagree, versions cannot. By effective time one may be missing between two others; a fact
        that cannot stand without the missing one waits for it.
        """
        found = list(recorded)
        if self.known_at is not None:
            known = [each.version for each in found if each.known_at <= self.known_at]
            found = [each for each in found if each.version <= max(known, default=0)]
        if self.effective_at is not None:
            timely = [each for each in found if each.effective_at <= self.effective_at]
            found = _standing(timely, found)
        return found if found and found[0].version == recorded[0].version else []

    def required(self, recorded: Sequence[RecordedEvent], name: str) -> list[RecordedEvent]:
        """Returns what `events` does. Raises: NothingRecordedYet: none of the events counts."""
        found = self.events(recorded)
        if not found:
            first = recorded[0]
            unknown = self.known_at is not None and first.known_at > self.known_at
            raise nothing_yet(self, name, first.known_at if unknown else first.effective_at)
        return found


def as_of(asked: Asked) -> AsOf | None:
    """Returns the moment that is asked for; None where the present is.

    Raises:
        MomentAhead: one of the two lies in the future.
        MomentUnreadable: one of the two says no offset.
    """
    known_at, effective_at = asked.as_known_at, asked.as_effective_at
    if known_at is None and effective_at is None:
        return None
    moment = AsOf(
        known_at=past(known_at, "as_known_at"), effective_at=past(effective_at, "as_effective_at")
    )
    if moment.known_at is not None:
        # The time of a commit is kept with the position.
        sequence()
    return moment


def read_moment(text: str) -> datetime | None:
    """Reads a moment that a person typed; nothing typed is None.

    Raises:
        MomentUnreadable: it is no moment, or says no offset.
    """
    written = _LOST_PLUS.sub("+", text.strip())
    if not written:
        return None
    try:
        if _WRITTEN.fullmatch(written):
            return datetime.fromisoformat(written.upper())
    except ValueError:
        pass
    raise MomentUnreadable(
        f"“{text[:60]}” is not a time that can be asked for: write it with its offset from UTC,"
        " like 2026-11-21T14:30:00Z or 2026-11-21T15:30:00+01:00.",
        text=text[:60],
    )


def nothing_yet(moment: AsOf, name: str, first: datetime) -> NothingRecordedYet:
    return NothingRecordedYet(
        f"Nothing of {name} was there {moment}; its first event is of {first.isoformat()}."
        " Ask for that moment or a later one.",
        at=str(moment),
        first=first.isoformat(),
    )


def opened_by[M: Model](rows: QuerySet[M], as_of: AsOf) -> QuerySet[M]:
    """Keeps the rows, each keyed by its stream, of streams that the shop had opened by a moment."""
    if as_of.known_at is None:
        return rows
    quote = connection.ops.quote_name
    table, key = quote(rows.model._meta.db_table), quote(rows.model._meta.pk.attname)
    opened = RawSQL(  # noqa: S611  # quoted names of the model
        f"SELECT {KNOWN_AT} FROM es.event e"  # noqa: S608
        " LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
        f" WHERE e.tenant_id = %s AND e.stream_id = {table}.{key} AND e.version = 1",
        (TENANT,),
        output_field=DateTimeField(),
    )
    return rows.filter(LessThanOrEqual(opened, as_of.known_at))


def read_streams(stream_ids: Iterable[UUID]) -> dict[UUID, list[RecordedEvent]]:
    """Returns the events of several streams in order, by stream; one statement."""
    found: dict[UUID, list[RecordedEvent]] = {stream_id: [] for stream_id in stream_ids}
    for row in fetch(_STREAMS, (TENANT, list(found))) if found else ():
        each = from_row(None, row[1:], row[0])
        found[each.stream_id].append(each)
    return found


def past(moment: datetime | None, name: str) -> datetime | None:
    """Returns a moment in UTC. Raises: MomentAhead: it is to come; MomentUnreadable: no offset."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise MomentUnreadable(
            f"{name} needs its offset from UTC: write it like 2026-11-21T14:30:00Z.",
            text=moment.isoformat(),
        )
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        # At either end of the calendar the offset makes no difference to any answer.
        moment = moment.replace(tzinfo=UTC)
    present = now()
    if moment > present:
        raise MomentAhead(
            f"{name} is {moment.isoformat()}, which is still to come. Ask for a moment up to now,"
            " or leave it out for the present.",
            at=moment.isoformat(),
            now=present.isoformat(),
        )
    return moment


def _standing(timely: list[RecordedEvent], known: list[RecordedEvent]) -> list[RecordedEvent]:
    """Leaves out what rests on an event that is left out, such as an answer before its question.

    A provider's clock may run behind ours. An event that cannot be applied even after all before it
    is damaged; it stays, for whoever folds to complain of.
    """
    if timely == known[: len(timely)] or _folds(timely):
        return timely
    kept: list[RecordedEvent] = []
    for each in timely:
        before = [one for one in known if one.version <= each.version]
        if _folds([*kept, each]) or not _folds(before):
            kept.append(each)
    return kept


def _folds(recorded: list[RecordedEvent]) -> bool:
    try:
        aggregate_of(type(recorded[0].event)).fold(
            recorded[0].stream_id, [each.event for each in recorded]
        )
    except Exception:
        # Applying never decides, so it complains in whatever way the missing piece makes it.
        return False
    return True
