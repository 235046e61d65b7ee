"""Inline read models: as few statements as can be, folded once, written once."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events import projections, repository, store
from events.projections import Projection, State
from events.recorded import RecordedEvent
from modules.kernel.identity import new_id
from tests.events.sample import (
    FillParcel,
    ItemCount,
    OpenParcel,
    Parcel,
    ParcelRow,
    Parcels,
    Seen,
    fill_parcel,
    open_parcel,
)

pytestmark = pytest.mark.django_db


def statements(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    texts = [query["sql"] for query in captured.captured_queries]
    return [" ".join(text.split()[:2]) for text in texts if "SAVEPOINT" not in text]


def test_a_creating_command_reads_nothing() -> None:
    assert statements(lambda: open_parcel(OpenParcel(new_id(), "to Lyon"))) == [
        "SELECT es.append(%s::smallint,",
        "INSERT INTO",
        "INSERT INTO",
    ]


def test_a_later_command_reads_its_stream_and_its_row_once() -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    assert statements(lambda: fill_parcel(FillParcel(parcel_id, "mug"))) == [
        "SELECT version,",
        "SELECT es.append(%s::smallint,",
        'SELECT "sample_parcel"."id"',
        "INSERT INTO",
        "INSERT INTO",
    ]


def test_a_save_of_many_events_writes_its_row_once() -> None:
    parcel = Parcel.open(new_id(), "to Lyon")
    for item in ("mug", "print", "tote"):
        parcel.fill(item)
    with transaction.atomic():
        assert len(statements(lambda: repository.save(parcel))) == 2
    assert ParcelRow.objects.get(pk=parcel.id).item_count == 3


def test_folding_an_event_again_changes_nothing() -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    fill_parcel(FillParcel(parcel_id, "mug"))
    Parcels().project(store.read_stream(parcel_id))
    Parcels().project(store.read_stream(parcel_id, after=1))
    assert ParcelRow.objects.get(pk=parcel_id).item_count == 1


class Told(Parcels):
    """Folds nothing: what it writes is told by the aggregate, but for a parcel that is closed."""

    def changes(self, aggregate: Parcel, recorded: RecordedEvent) -> State | None:
        if isinstance(recorded.event, Parcel.Closed):
            return None
        return {"item_count": len(aggregate.items), "details": {"items": list(aggregate.items)}}


def filled_twice() -> tuple[Parcel, list[RecordedEvent]]:
    """Returns a parcel with the events of its second save, which its row has not seen."""
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    row = ParcelRow.objects.filter(pk=parcel_id)
    opened = row.values().get()
    for item in ("mug", "print"):
        fill_parcel(FillParcel(parcel_id, item))
    row.update(**opened)
    parcel = repository.load(Parcel, parcel_id)
    return parcel, [
        replace(each, aggregate=parcel) for each in store.read_stream(parcel_id, after=1)
    ]


def test_a_row_that_its_aggregate_tells_is_written_without_being_read() -> None:
    parcel, recorded = filled_twice()
    assert statements(lambda: Told().project(recorded)) == ['UPDATE "sample_parcel"']
    row = ParcelRow.objects.get(pk=parcel.id)
    assert (row.label, row.item_count, row.version) == ("to Lyon", 2, 3)
    assert row.details == {"items": ["mug", "print"]}


def test_a_row_that_does_not_stand_where_the_aggregate_stood_is_folded() -> None:
    parcel, recorded = filled_twice()
    ParcelRow.objects.filter(pk=parcel.id).update(version=2, item_count=7, details={"items": []})
    Told().project(recorded)
    row = ParcelRow.objects.get(pk=parcel.id)
    assert (row.item_count, row.version) == (8, 3)


def test_an_event_that_its_aggregate_does_not_tell_is_folded_with_the_rest_of_its_save() -> None:
    parcel, recorded = filled_twice()
    closed = replace(recorded[-1], version=4)
    closed.__dict__["event"] = Parcel.Closed(
        originator_id=parcel.id, originator_version=4, closed_at=recorded[-1].recorded_at
    )
    Told().project([*recorded, closed])
    row = ParcelRow.objects.get(pk=parcel.id)
    assert (row.item_count, row.version) == (2, 4)


def test_a_fold_to_nothing_deletes_the_row() -> None:
    class Emptied(Parcels):
        def fold(self, state: object, recorded: object) -> None:
            return None

    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    fill_parcel(FillParcel(parcel_id, "mug"))
    ParcelRow.objects.filter(pk=parcel_id).update(version=1)
    Emptied().project(store.read_stream(parcel_id, after=1))
    assert not ParcelRow.objects.filter(pk=parcel_id).exists()


def test_a_projection_of_many_rows_is_handed_its_own_events_in_order() -> None:
    parcel = Parcel.open(new_id(), "to Lyon")
    parcel.fill("mug")
    with transaction.atomic():
        repository.save(parcel)
    fill_parcel(FillParcel(parcel.id, "print"))
    assert Seen.versions == [1, 2, 3]


def test_declarations_that_cannot_work_are_refused() -> None:
    class NoGuard(Projection):
        name = "sample.no_guard"
        events = (Parcel.Opened,)
        model = ItemCount

    class PositionInline(Projection):
        name = "sample.position_inline"
        events = (Parcel.Opened,)
        model = ItemCount
        guard = "position"

    for projection, reason in (
        (NoGuard(), "needs a BigIntegerField named 'version'"),
        (PositionInline(), "no position yet"),
        (Parcels(), "registered already"),
    ):
        with pytest.raises(ValueError, match=reason):
            projections.register(projection)


def test_streams_of_a_kind_are_listed_page_by_page() -> None:
    ids: list[UUID] = [open_parcel(OpenParcel(new_id(), "to Lyon")) for _ in range(3)]
    first = store.streams(Parcel.kind, limit=2)
    rest = store.streams(Parcel.kind, after=first[-1], limit=2)
    assert [stream.stream_id for stream in first + rest] == ids
    assert store.streams("sample.other") == []
