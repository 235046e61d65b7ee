"""Looking through the log of all events: by who, what, where and when, newest first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from events.database import TENANT, fetch
from events.recorded import COLUMNS, from_row
from events.sequencer import sequence
from events.store import log_head
from modules.audit.contracts import (
    QUALIFIERS,
    AuditedEvent,
    LoggedEvent,
    LogPage,
    LogQuestion,
    QuestionRefused,
    StreamUnknown,
)
from modules.audit.heads import labels, standing
from modules.audit.reading import audited
from modules.audit.streams import family, find
from modules.audit.stretches import position_after, position_before

PAGE = 50
WORD = re.compile(r"(?:(actor|topic|order|after|before|cause):)?(\"[^\"]*\"|\S+)")
TOPIC = re.compile(r"[a-z0-9_.*]+")


@dataclass(slots=True)
class Conditions:
    """SQL conditions on the log `l` and its events `e`, with their values."""

    parts: list[str]
    values: list[object]

    def add(self, part: str, *values: object) -> None:
        self.parts.append(part)
        self.values += values


def explore(text: str, below: int | None = None, *, above: int | None = None) -> LogPage:
    """Returns the newest events that answer a question such as `actor:staff topic:payments`.

    `below` is the position to go on from, `above` the last one that is known already; `QUALIFIERS`
    says what may be asked.

    Raises:
        QuestionRefused: a qualifier nobody knows, a value that is none, or an unknown order.
    """
    question = read_question(text)
    if not question.order:
        return log_page(question, (), below, above)
    try:
        streams = [each.stream_id for each in family(find(question.order))]
    except StreamUnknown as refusal:
        raise QuestionRefused(refusal.message, word=question.order) from None
    return log_page(question, streams, below, above)


def read_question(text: str) -> LogQuestion:
    """Returns what an auditor typed, such as `actor:staff topic:payments after:2026-03-01`.

    A word without a qualifier is an order number or id.

    Raises:
        QuestionRefused: a qualifier nobody knows, or a value that is none.
    """
    found: dict[str, str] = {}
    for name, value in WORD.findall(text):
        plain = value.strip('"')
        before = re.match(r"(\w+):", plain) if not name else None
        if before:
            raise QuestionRefused(
                f"There is no qualifier {before[1]}: use {', '.join(QUALIFIERS)}.", word=plain
            )
        found[name or "order"] = plain
    if "topic" in found and not TOPIC.fullmatch(found["topic"]):
        raise QuestionRefused(
            "A topic is written like orders.order.placed or payments.", word=found["topic"]
        )
    for name in ("after", "before"):
        if name in found:
            moment_or_position(found[name])
    if "cause" in found:
        try:
            UUID(found["cause"])
        except ValueError:
            raise QuestionRefused("A cause is a correlation id.", word=found["cause"]) from None
    return LogQuestion(**found)


def log_page(
    question: LogQuestion, streams: Sequence[UUID], below: int | None, above: int | None
) -> LogPage:
    """Returns the newest events that answer a question; `streams` are those of its order."""
    sequence()
    conditions = conditions_of(question, streams)
    if below is not None:
        conditions.add("l.position < %s", below)
    if above is not None:
        conditions.add("l.position > %s", above)
    where = " AND ".join(conditions.parts)
    rows = fetch(
        f"SELECT l.position, {COLUMNS} FROM es.log l"  # noqa: S608  # parts are ours
        " JOIN es.event e USING (tenant_id, stream_id, version)"
        f" WHERE {where} ORDER BY l.position DESC LIMIT %s",
        (*conditions.values, PAGE + 1),
    )
    events = [audited(from_row(row[0], row[1:]), b"") for row in rows[:PAGE]]
    return LogPage(
        events=named(events),
        older=events[-1].position if len(rows) > PAGE else None,
        head=log_head(),
    )


def conditions_of(question: LogQuestion, streams: Sequence[UUID]) -> Conditions:
    found = Conditions(["l.tenant_id = %s"], [TENANT])
    if question.actor:
        found.add("e.tenant_id = %s AND (e.actor = %s OR e.actor LIKE %s)",
                  TENANT, question.actor, escaped(question.actor) + ":%")  # fmt: skip
    if question.topic:
        found.add("l.topic LIKE %s", escaped(question.topic.rstrip("*")) + "%")
    if question.cause:
        found.add("e.tenant_id = %s AND e.correlation_id = %s", TENANT, UUID(question.cause))
    if question.order:
        found.add("l.stream_id = ANY (%s)", list(streams))
    for name, sign in (("after", ">"), ("before", "<")):
        asked = getattr(question, name)
        if asked:
            value = moment_or_position(asked)
            if isinstance(value, datetime):
                found.add(f"e.recorded_at {sign} %s", value)
                # Where that time lies in the log, so that nothing far from it is read.
                bound = position_after(value) if name == "after" else position_before(value) + 1
                value = bound
            found.add(f"l.position {sign} %s", value)
    return found


def moment_or_position(text: str) -> datetime | int:
    """Reads a position, a day (its first moment, UTC) or a time. Raises: QuestionRefused."""
    if text.isdecimal() and len(text) < 19:
        return int(text)
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise QuestionRefused(
            f"“{text}” is no time: write 2026-03-01, 2026-03-01T09:30:00Z or a position.", word=text
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def escaped(text: str) -> str:
    """Returns a text in which LIKE finds nothing special."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def named(events: Iterable[AuditedEvent]) -> tuple[LoggedEvent, ...]:
    """Adds the names of their streams."""
    listed = list(events)
    heads = {each.stream_id: standing(each.stream_id) for each in listed}
    names = labels([head for head in heads.values() if head is not None])
    return tuple(
        LoggedEvent(event=each, label=names.get(each.stream_id, str(each.stream_id)))
        for each in listed
    )
