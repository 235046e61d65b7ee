"""Aggregates into the store and out of it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from events import repository, store
from events.aggregate import Aggregate
from events.chain import GENESIS
from events.context import acting
from events.errors import (
    EmptyAppend,
    NotInTransaction,
    PayloadTooLarge,
    StoreMisuse,
    StreamNotFound,
    UnknownTopic,
    VersionConflict,
)
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.events.sample import FillParcel, OpenParcel, Parcel, ParcelRow, fill_parcel, open_parcel

pytestmark = pytest.mark.django_db


def opened(*items: str) -> UUID:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    for item in items:
        fill_parcel(FillParcel(parcel_id, item))
    return parcel_id


def test_a_saved_aggregate_loads_as_it_was() -> None:
    parcel_id = opened("print", "mug")
    parcel = repository.load(Parcel, parcel_id)
    assert (parcel.id, parcel.version, parcel.label) == (parcel_id, 3, "to Lyon")
    assert parcel.items == ("print", "mug")


def test_an_aggregate_that_never_was_is_not_found() -> None:
    assert repository.load_or_none(Parcel, new_id()) is None
    with pytest.raises(StreamNotFound, match=r"there is no sample\.parcel"):
        repository.load(Parcel, new_id())


def test_an_id_of_another_kind_of_aggregate_is_not_found() -> None:
    class Crate(Aggregate):
        kind = "sample.crate"

    parcel_id = opened()
    assert repository.load_or_none(Crate, parcel_id) is None


def test_the_inline_read_model_stands_beside_its_events() -> None:
    row = ParcelRow.objects.get(pk=opened("print", "mug"))
    assert (row.label, row.item_count, row.version) == ("to Lyon", 2, 3)
    assert row.details == {"items": ["print", "mug"]}


def test_events_carry_who_acted_and_why() -> None:
    cause, correlation = new_id(), new_id()
    with acting(actor="staff:7", causation_id=cause, correlation_id=correlation):
        parcel_id = opened("print")
    for row in store.read_stream(parcel_id):
        assert (row.actor, row.causation_id, row.correlation_id) == ("staff:7", cause, correlation)
        assert row.command_id is not None
        assert row.effective_at == row.recorded_at


def test_an_aggregate_can_be_saved_again_after_a_save() -> None:
    parcel = Parcel.open(new_id(), "to Lyon")
    with transaction.atomic():
        assert repository.save(parcel) == 1
        parcel.fill("print")
        parcel.fill("mug")
        assert repository.save(parcel) == 3
        assert repository.save(parcel) == 3
    assert store.verify_stream(parcel.id) is None


def test_of_two_decisions_from_one_version_the_second_is_refused() -> None:
    parcel_id = opened()
    first, second = (repository.load(Parcel, parcel_id) for _ in range(2))
    first.fill("print")
    second.fill("mug")
    repository.save(first)
    with pytest.raises(VersionConflict, match="no longer at version 1"):
        repository.save(second)
    # The refusal is a value in SQL, so the transaction is still good for a second try.
    assert repository.load(Parcel, parcel_id).items == ("print",)


def test_a_stream_cannot_begin_twice() -> None:
    parcel_id = opened()
    with pytest.raises(VersionConflict):
        repository.save(Parcel.open(parcel_id, "to Paris"))


def test_an_aggregate_loads_as_it_was_at_a_version_and_at_a_time() -> None:
    parcel_id = opened("print")
    before = now()
    fill_parcel(FillParcel(parcel_id, "mug"))
    assert repository.load(Parcel, parcel_id, version=1).items == ()
    assert repository.load(Parcel, parcel_id, recorded_until=before).items == ("print",)
    with pytest.raises(StreamNotFound):
        repository.load(Parcel, parcel_id, recorded_until=before - timedelta(days=1))


def test_facts_recorded_late_count_from_when_they_became_true() -> None:
    yesterday = now() - timedelta(days=1)
    with acting(effective_at=yesterday - timedelta(days=1)):
        parcel_id = opened("print")
    fill_parcel(FillParcel(parcel_id, "mug"))
    with acting(effective_at=yesterday):
        fill_parcel(FillParcel(parcel_id, "late note"))
    then = repository.load(Parcel, parcel_id, effective_until=yesterday)
    assert then.items == ("print", "late note")


def test_an_aggregate_of_the_past_cannot_be_saved() -> None:
    parcel = repository.load(Parcel, opened("print"), version=1)
    parcel.fill("mug")
    with pytest.raises(StoreMisuse, match="as of the past"):
        repository.save(parcel)


def test_nothing_is_appended_without_events() -> None:
    with pytest.raises(EmptyAppend):
        store.append(new_id(), "sample.parcel", [], expected_version=0)


def test_an_oversized_event_is_refused_before_it_is_sent() -> None:
    with pytest.raises(PayloadTooLarge, match="store the bulk elsewhere"):
        repository.save(Parcel.open(new_id(), "x" * store.PAYLOAD_LIMIT_BYTES))


def test_an_unknown_topic_is_a_clear_error_and_imports_nothing() -> None:
    stream_id = new_id()
    entry = store.Entry(topic="os.system.v1", schema_version=1, payload=b"{}")
    store.append_entries(stream_id, "sample.parcel", [entry], expected_version=0, previous=GENESIS)
    with pytest.raises(UnknownTopic, match=r"os\.system\.v1"):
        repository.load(Parcel, stream_id)


@pytest.mark.django_db(transaction=True)
def test_events_are_saved_inside_a_transaction_only() -> None:
    with pytest.raises(NotInTransaction):
        repository.save(Parcel.open(new_id(), "to Lyon"))
