"""Read models folded from events: inline in the command's transaction, or async behind the log."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from events import registry
from events.aggregate import Event
from events.rows import Rows, change, copy, primary_key, upsert
from events.rows import State as State
from events.store import RecordedEvent

type Mode = Literal["inline", "async"]


class Projection:
    """One row of `model` per key, folded from `events`, one row at a time.

    `guard` names an integer column that the framework keeps: the newest version folded into the
    row (`version`), or, where several streams feed one row, its position in the log (`position`,
    async only). An event at or below it is skipped, so folding twice changes nothing.

    In mode inline a row must be fed by one stream only, because that is what serialises its
    writers; use a `RowsProjection` with relative updates for the rest.
    """

    name: ClassVar[str]
    events: ClassVar[tuple[type[Event], ...]]
    model: ClassVar[type[Model]]
    mode: ClassVar[Mode] = "inline"
    guard: ClassVar[Literal["version", "position"]] = "version"
    # Of a large event, a class with the fields that the fold reads: for folding years of them.
    parts: ClassVar[Mapping[type[Event], type[Event]]] = {}
    # Other projections, by name, whose rows the fold reads.
    reads: ClassVar[tuple[str, ...]] = ()

    def key(self, recorded: RecordedEvent) -> Any:
        """Returns the primary key of the row an event belongs to."""
        return recorded.stream_id

    def fold(self, state: State | None, recorded: RecordedEvent) -> State | None:
        """Returns the row's columns after an event; None: no row. The key need not be in it."""
        raise NotImplementedError

    def fold_all(self, state: State | None, recorded: Sequence[RecordedEvent]) -> State | None:
        """Returns the row's columns after several events of one row, as `fold` one by one would.

        For projections that can fold many at the price of one.
        """
        for row in recorded:
            state = self.fold(None if state is None else dict(state), row)
        return state

    def changes(self, aggregate: Any, recorded: RecordedEvent) -> State | None:
        """Returns the columns that an event changes, told from its `aggregate` as it was saved.

        They must be those that `fold` would give, and spare it the reading of the row. None, the
        default: `fold` it.
        """
        return None

    def project(self, recorded: Sequence[RecordedEvent]) -> None:
        """Folds events in order and writes each touched row once."""
        if not self._change(recorded):
            folded, _ = self._fold(recorded)
            upsert(self.model, self.guard, folded)

    def fill(self, recorded: Sequence[RecordedEvent]) -> None:
        """Does what `project` does in tables that nobody else writes: rows that are new are copied.

        Raises:
            django.db.IntegrityError: there is such a row.
        """
        folded, existed = self._fold(recorded)
        upsert(self.model, self.guard, {key: folded[key] for key in existed if key in folded})
        copy(self.model, {key: row for key, row in folded.items() if key not in existed})

    def _fold(self, recorded: Sequence[RecordedEvent]) -> tuple[Rows, set[Any]]:
        """Returns the rows as they are to be written, and which keys had one before."""
        keys = [self.key(row) for row in recorded]
        rows = self._present(recorded, keys)
        existed = {key for key, state in rows.items() if state is not None}
        touched: dict[Any, list[RecordedEvent]] = {}
        for key, row in zip(keys, recorded, strict=True):
            touched.setdefault(key, []).append(row)
        for key, events in touched.items():
            state = rows.get(key)
            seen = -1 if state is None else state.get(self.guard, 0)
            new = [row for row in events if self._mark(row) > seen]
            if not new:
                continue
            folded = self.fold_all(None if state is None else dict(state), new)
            if folded is not None:
                folded[self.guard] = self._mark(new[-1])
            rows[key] = folded
        gone = [key for key in touched if rows.get(key) is None and key in existed]
        if gone:
            self.model._default_manager.filter(pk__in=gone).delete()
        folded_rows = {key: state for key in touched if (state := rows.get(key)) is not None}
        return folded_rows, existed

    def _mark(self, row: RecordedEvent) -> int:
        return row.version if self.guard == "version" else row.position or 0

    def clear(self) -> None:
        """Empties the read model, before it is folded anew."""
        self.model._default_manager.all().delete()

    def _change(self, recorded: Sequence[RecordedEvent]) -> bool:
        """Writes what the saved aggregate tells; False: it does not tell all, or of another row.

        The append holds the stream's own row, so nobody else writes this one meanwhile.
        """
        aggregates = {id(row.aggregate): row.aggregate for row in recorded}
        aggregate = recorded[0].aggregate if len(aggregates) == 1 else None
        if aggregate is None or recorded[0].version == 1 or self.guard != "version":
            return False
        changed: State = {}
        for row in recorded:
            columns = self.changes(aggregate, row)
            if columns is None or self.key(row) != row.stream_id:
                return False
            changed |= columns
        # Only a row that stands where the aggregate stood before this save.
        return change(
            self.model,
            self.guard,
            recorded[0].stream_id,
            changed,
            was=recorded[0].version - 1,
            now=recorded[-1].version,
        )

    def _present(self, recorded: Sequence[RecordedEvent], keys: list[Any]) -> dict[Any, Any]:
        new = {
            key
            for key, row in zip(keys, recorded, strict=True)
            # The first event of a stream makes its row, and no other event has this one's id:
            # there is nothing to read yet.
            if (row.version == 1 and key == row.stream_id) or key == row.event_id
        }
        wanted = [key for key in dict.fromkeys(keys) if key not in new]
        if not wanted:
            return {}
        names = [field.attname for field in self.model._meta.concrete_fields]
        found = self.model._default_manager.filter(pk__in=wanted).select_for_update()
        primary = primary_key(self.model).attname
        return {row[primary]: row for row in found.values(*names)}


class RowsProjection:
    """A projection that writes what it likes, in the transaction that hands it the events.

    Inline it sees each event once, in its command; async once too, because its position moves in
    the same transaction. Relative updates (`F() + n`) are safe in both. `models` names what it
    writes, all of it, so that it can be rebuilt beside the live tables.
    """

    name: ClassVar[str]
    events: ClassVar[tuple[type[Event], ...]]
    models: ClassVar[tuple[type[Model], ...]] = ()
    mode: ClassVar[Mode] = "inline"
    # Other projections, by name, whose rows the fold reads.
    reads: ClassVar[tuple[str, ...]] = ()

    def apply(self, recorded_events: Sequence[RecordedEvent]) -> None:
        """Writes the rows that follow from these events, which come in order."""
        raise NotImplementedError

    def clear(self) -> None:
        """Empties the read model, before it is filled anew."""
        raise NotImplementedError(f"{type(self).__name__} cannot be rebuilt: it has no clear()")

    def project(self, recorded: Sequence[RecordedEvent]) -> None:
        self.apply(recorded)

    def fill(self, recorded: Sequence[RecordedEvent]) -> None:
        self.apply(recorded)


type AnyProjection = Projection | RowsProjection

_projections: dict[str, AnyProjection] = {}
_inline: dict[type[Event], list[AnyProjection]] = {}


def register(projection: AnyProjection) -> None:
    """Makes a projection run from now on.

    Raises:
        ValueError: the name is taken, or the model lacks the guard column.
    """
    if projection.name in _projections:
        raise ValueError(f"a projection named {projection.name} is registered already")
    for event_class in projection.events:
        registry.topic_of(event_class)
    if isinstance(projection, Projection):
        _check_guard(projection)
    _projections[projection.name] = projection
    if projection.mode == "inline":
        for event_class in projection.events:
            _inline.setdefault(event_class, []).append(projection)


def registered() -> dict[str, AnyProjection]:
    """Returns every projection by name."""
    return dict(_projections)


def run_inline(recorded: Sequence[RecordedEvent]) -> None:
    """Brings the inline read models up to date with events of one save."""
    touched = dict.fromkeys(
        projection for row in recorded for projection in _inline.get(type(row.event), ())
    )
    for projection in touched:
        projection.project([row for row in recorded if type(row.event) in projection.events])


def followed(projection: AnyProjection, recorded: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Returns the rows that a projection follows, each with no more of its event than it reads.

    Raises:
        UnknownTopic, msgspec.ValidationError, SealBroken: an event cannot be decoded.
    """
    wanted = set(topics(projection))
    rows = [row for row in recorded if row.topic in wanted]
    if not isinstance(projection, Projection) or not projection.parts:
        return rows
    parts = {
        topic: part
        for event_class, part in projection.parts.items()
        for topic in registry.names_of((event_class,))
    }
    return [row.in_part(parts[row.topic]) if row.topic in parts else row for row in rows]


def topics(projection: AnyProjection) -> list[str]:
    """Returns the topics, older versions included, of the events a projection follows."""
    return registry.names_of(projection.events)


def _check_guard(projection: Projection) -> None:
    try:
        projection.model._meta.get_field(projection.guard)
    except FieldDoesNotExist:
        raise ValueError(
            f"{projection.model.__name__} needs a BigIntegerField named {projection.guard!r}:"
            f" the projection {projection.name} keeps there how far the row is folded"
        ) from None
    if projection.guard == "position" and projection.mode == "inline":
        raise ValueError(f"{projection.name}: inside its command an event has no position yet")
