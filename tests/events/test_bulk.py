"""History in bulk: chained, numbered and projected like any other, and nobody hears of it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import transaction

from events import facts, repository, store
from events.bulk import Bulk, Occasion, known
from events.context import acting
from events.errors import NotInTransaction, PayloadTooLarge, StoreMisuse, VersionConflict
from events.rows import MANY
from events.sequencer import sequence
from modules.kernel.identity import new_id
from tests.events.sample import FillParcel, OpenParcel, Parcel, ParcelRow, fill_parcel, open_parcel

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def once(moment: datetime = LONG_AGO) -> Occasion:
    return Occasion(key=new_id(), reason=new_id(), effective_at=moment)


def packed(bulk: Bulk, occasion: Occasion, *items: str) -> UUID:
    parcel = Parcel.open(new_id(), "to Lyon")
    for item in items:
        parcel.fill(item)
    bulk.record(parcel, occasion)
    return parcel.id


def test_many_streams_are_stored_with_whole_chains_and_their_read_models() -> None:
    bulk, occasion = Bulk(), once()
    ids = [packed(bulk, occasion, "print", "mug") for _ in range(MANY + 3)]
    with acting(actor="import"):
        packed(bulk, once(), "card")
    assert bulk.store() == 3 * len(ids) + 2
    for parcel_id in ids:
        assert store.verify_stream(parcel_id) is None
        assert repository.load(Parcel, parcel_id).items == ("print", "mug")
    rows = ParcelRow.objects.filter(pk__in=ids)
    assert {(row.item_count, row.version) for row in rows} == {(2, 3)}
    assert {tuple(row.details["items"]) for row in rows} == {("print", "mug")}
    assert rows.count() == len(ids)


def test_each_event_says_when_it_was_true_and_why_it_is_there() -> None:
    bulk, occasion = Bulk(), once()
    parcel_id = packed(bulk, occasion, "print")
    with acting(actor="import"):
        bulk.store()
    first, second = store.read_stream(parcel_id)
    assert first.event_id == occasion.key != second.event_id
    for row in (first, second):
        assert (row.effective_at, row.correlation_id) == (LONG_AGO, occasion.reason)
        assert row.recorded_at == bulk.recorded_at


def test_all_events_of_a_bulk_name_who_stored_it_and_their_chains_hold() -> None:
    bulk = Bulk()
    with acting(actor="somebody else"):
        first = packed(bulk, once(), "print")
    second = packed(bulk, once(), "mug")
    with acting(actor="import"):
        bulk.store()
    for parcel_id in (first, second):
        assert store.verify_stream(parcel_id) is None
        assert {row.actor for row in store.read_stream(parcel_id)} == {"import"}


def test_what_was_recorded_is_known_by_its_key_and_reason() -> None:
    bulk, occasion = Bulk(), once()
    packed(bulk, occasion, "print")
    bulk.store()
    assert known([occasion.key, new_id()]) == {occasion.key: occasion.reason}


def test_the_same_key_gives_the_same_ids_in_every_run() -> None:
    occasion = once()
    seen = []
    for _ in range(2):
        with transaction.atomic():
            bulk = Bulk()
            parcel_id = packed(bulk, occasion, "print", "mug")
            bulk.store()
            seen.append([row.event_id for row in store.read_stream(parcel_id)])
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 3


def test_a_stream_that_exists_is_loaded_and_goes_on() -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    bulk = Bulk()
    bulk.load([parcel_id, new_id()])
    for item in ("print", "mug"):
        parcel = bulk.find(Parcel, parcel_id)
        assert parcel is not None
        parcel.fill(item)
        bulk.record(parcel, once())
    assert bulk.store() == 2
    assert store.verify_stream(parcel_id) is None
    assert ParcelRow.objects.get(pk=parcel_id).details == {"items": ["print", "mug"]}


def test_a_stream_that_moved_on_refuses_the_whole_bulk() -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    bulk = Bulk()
    bulk.load([parcel_id])
    packed(bulk, once(), "card")
    parcel = bulk.find(Parcel, parcel_id)
    assert parcel is not None
    parcel.fill("print")
    bulk.record(parcel, once())
    fill_parcel(FillParcel(parcel_id, "mug"))
    with pytest.raises(VersionConflict, match="1 streams are not where they were"):
        bulk.store()


def test_a_stream_cannot_be_opened_twice() -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    bulk = Bulk()
    bulk.record(Parcel.open(parcel_id, "to Paris"), once())
    with pytest.raises(VersionConflict):
        bulk.store()


def test_nobody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(facts, "publish", told.append)
    bulk = Bulk()
    packed(bulk, once(), "print")
    bulk.store()
    assert told == []
    assert store.read_log(0, 10)[-1].topic == "sample.parcel.filled.v1"


def test_nothing_recorded_is_nothing_to_do() -> None:
    assert Bulk().store() == 0
    assert sequence() == 0


def test_mistakes_of_the_calling_code_are_named() -> None:
    bulk = Bulk()
    packed(bulk, once(), "print")
    again = Parcel.open(next(iter(bulk._aggregates)), "to Paris")
    with pytest.raises(StoreMisuse, match="at hand already"):
        bulk.record(again, once())
    bulk = Bulk()
    packed(bulk, once(), "x" * (store.PAYLOAD_LIMIT_BYTES + 1))
    with pytest.raises(PayloadTooLarge):
        bulk.store()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_stored() -> None:
    bulk = Bulk()
    packed(bulk, once(), "print")
    with pytest.raises(NotInTransaction):
        bulk.store()


def test_what_was_recorded_and_encoded_ahead_is_stored_as_if_recorded_here() -> None:
    bulk, part, occasion = Bulk(), Bulk(), once()
    ids = [packed(bulk, occasion, "print"), packed(part, occasion, "mug", "card")]
    part.encode_ahead()
    bulk.join(part)
    bulk.record(filled(bulk, ids[1], "lamp"), occasion)
    assert bulk.store() == 2 + 3 + 1
    assert repository.load(Parcel, ids[1]).items == ("mug", "card", "lamp")
    assert [store.verify_stream(each) for each in ids] == [None, None]


def filled(bulk: Bulk, parcel_id: UUID, item: str) -> Parcel:
    parcel = bulk.find(Parcel, parcel_id)
    assert parcel is not None
    parcel.fill(item)
    return parcel


def test_a_part_does_not_bring_a_stream_that_is_at_hand() -> None:
    bulk, part, occasion = Bulk(), Bulk(), once()
    parcel = Parcel.open(new_id(), "to Lyon")
    bulk.record(parcel, occasion)
    part.record(Parcel.open(parcel.id, "to Lyon"), occasion)
    with pytest.raises(StoreMisuse, match="at hand already"):
        bulk.join(part)
