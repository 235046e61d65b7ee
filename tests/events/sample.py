"""A made-up aggregate, its events, its read models and its commands."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models

from events import projections, repository
from events.aggregate import Aggregate, Event
from events.commands import command
from events.projections import Projection, RowsProjection, State
from events.registry import event
from events.store import RecordedEvent
from modules.kernel.errors import Conflict


@dataclass(frozen=True)
class Weight:
    grams: int


class ParcelClosed(Conflict):
    code = "parcel-closed"


class Parcel(Aggregate):
    """Items are put into it until it is closed."""

    kind = "sample.parcel"
    label: str
    items: tuple[str, ...]
    closed_at: datetime | None
    weight: Weight

    @event("sample.parcel.opened")
    class Opened(Event, frozen=True):
        label: str
        weight: Weight = Weight(0)

        def apply(self, aggregate: "Parcel") -> None:
            aggregate.label = self.label
            aggregate.items = ()
            aggregate.closed_at = None
            aggregate.weight = self.weight

    @event("sample.parcel.filled")
    class Filled(Event, frozen=True):
        item: str

        def apply(self, aggregate: "Parcel") -> None:
            aggregate.items = (*aggregate.items, self.item)

    @event("sample.parcel.closed")
    class Closed(Event, frozen=True):
        closed_at: datetime

        def apply(self, aggregate: "Parcel") -> None:
            aggregate.closed_at = self.closed_at

    @classmethod
    def open(cls, id: UUID, label: str) -> "Parcel":
        return cls._create(cls.Opened, id=id, label=label)

    def fill(self, item: str) -> None:
        if self.closed_at is not None:
            raise ParcelClosed("the parcel is closed")
        self.trigger_event(Parcel.Filled, item=item)

    def close(self, at: datetime) -> None:
        if self.closed_at is None:
            self.trigger_event(Parcel.Closed, closed_at=at)


class ParcelRow(models.Model):
    id = models.UUIDField(primary_key=True)
    label = models.TextField()
    item_count = models.IntegerField(default=0)
    details = models.JSONField(default=dict)
    version = models.BigIntegerField()
    objects: ClassVar[models.Manager["ParcelRow"]] = models.Manager()

    class Meta:
        app_label = "events"
        managed = False
        db_table = "sample_parcel"


class ItemCount(models.Model):
    item = models.TextField(primary_key=True)
    count = models.IntegerField(default=0)
    position = models.BigIntegerField()
    objects: ClassVar[models.Manager["ItemCount"]] = models.Manager()

    class Meta:
        app_label = "events"
        managed = False
        db_table = "sample_item_count"


class Parcels(Projection):
    name = "sample.parcels"
    events = (Parcel.Opened, Parcel.Filled, Parcel.Closed)
    model = ParcelRow

    def fold(self, state: State | None, recorded: RecordedEvent) -> State | None:
        match recorded.event:
            case Parcel.Opened(label=label):
                return {"label": label, "item_count": 0, "details": {"items": []}}
            case Parcel.Filled(item=item) if state is not None:
                state["item_count"] += 1
                state["details"] = {"items": [*state["details"]["items"], item]}
                return state
            case Parcel.Closed():
                return state
        raise AssertionError(recorded)


class ItemCounts(Projection):
    """Fed by every parcel: how many of each item were ever packed. `broken` items cannot be."""

    name = "sample.item_counts"
    events = (Parcel.Filled,)
    model = ItemCount
    mode = "async"
    guard = "position"

    def key(self, recorded: RecordedEvent) -> str:
        assert isinstance(recorded.event, Parcel.Filled)
        return recorded.event.item

    def fold(self, state: State | None, recorded: RecordedEvent) -> State | None:
        if self.key(recorded) in self.poisonous:
            raise ValueError("this item cannot be counted")
        return {"count": (state["count"] if state else 0) + 1}

    poisonous: ClassVar[set[str]] = set()


class Seen(RowsProjection):
    """Remembers in memory which versions it was handed."""

    name = "sample.seen"
    events = (Parcel.Opened, Parcel.Filled)
    versions: ClassVar[list[int]] = []

    def apply(self, recorded_events: "list[RecordedEvent]") -> None:  # type: ignore[override]
        self.versions.extend(row.version for row in recorded_events)


for _projection in (Parcels(), ItemCounts(), Seen()):
    projections.register(_projection)


@dataclass(frozen=True)
class OpenParcel:
    parcel_id: UUID
    label: str


@dataclass(frozen=True)
class FillParcel:
    parcel_id: UUID
    item: str


@command
def open_parcel(command: OpenParcel) -> UUID:
    repository.save(Parcel.open(command.parcel_id, command.label))
    return command.parcel_id


@command
def fill_parcel(command: FillParcel) -> int:
    parcel = repository.load(Parcel, command.parcel_id)
    parcel.fill(command.item)
    return repository.save(parcel)
