"""What is known at a moment was committed by then, whenever it was stamped."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction

from events import scratch
from events.database import execute, fetch
from events.moments import AsOf, as_of, opened_by, read_streams
from events.sequencer import sequence
from events.store import read_stream
from modules.kernel import clock
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.events.sample import FillParcel, OpenParcel, ParcelRow, fill_parcel, open_parcel
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tracking(transactional_db: None) -> None:
    if fetch("SHOW track_commit_timestamp") != [("on",)]:
        pytest.skip("this server does not keep the times of commits")


@contextmanager
def slow(work: Any) -> Iterator[None]:
    """Does `work` in a transaction of its own that commits only after the block."""
    stamped, may_commit = threading.Event(), threading.Event()

    def run() -> None:
        with transaction.atomic():
            work()
            stamped.set()
            may_commit.wait(LIMIT_SECONDS)
        connections["default"].close()

    thread = threading.Thread(target=run)
    thread.start()
    assert stamped.wait(LIMIT_SECONDS)
    try:
        yield
    finally:
        may_commit.set()
        thread.join()


def slowly(work: Any) -> datetime:
    """Returns a moment after `work` was stamped and before it was committed."""
    with slow(work):
        return now()


def counts(parcel_id: UUID, moment: datetime) -> list[int]:
    """Which versions of a stream were known, as both readers of streams tell."""
    sequence()
    asked = AsOf(known_at=moment)
    one = [each.version for each in asked.events(read_stream(parcel_id))]
    assert one == [each.version for each in asked.events(read_streams([parcel_id])[parcel_id])]
    return one


def dumped(moment: datetime) -> list[dict[str, Any]]:
    file = BytesIO()
    with scratch.folded("sample.parcels", as_of=AsOf(known_at=moment)) as found:
        scratch.write(found, file)
    return [json.loads(line)["row"] for line in file.getvalue().splitlines()[1:]]


def test_a_slow_transaction_is_unknown_until_it_commits() -> None:
    parcel_id = open_parcel(OpenParcel(parcel_id=new_id(), label="to Lyon"))
    moment = slowly(lambda: fill_parcel(FillParcel(parcel_id=parcel_id, item="cup")))
    late = read_stream(parcel_id)[1]
    assert late.recorded_at < moment
    assert counts(parcel_id, moment) == [1]
    assert counts(parcel_id, now()) == [1, 2]
    assert [row["item_count"] for row in dumped(moment)] == [0]
    assert [row["item_count"] for row in dumped(now())] == [1]


def test_one_stamped_a_second_before_and_committed_after_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parcel_id = new_id()
    with monkeypatch.context() as earlier:
        stamp = now() - timedelta(seconds=1)
        earlier.setattr("events.store.now", lambda: stamp)
        moment = slowly(lambda: open_parcel(OpenParcel(parcel_id=parcel_id, label="to Lyon")))
    assert read_stream(parcel_id)[0].recorded_at == stamp
    assert counts(parcel_id, moment) == []
    assert dumped(moment) == []
    assert counts(parcel_id, clock.now()) == [1]
    rows = ParcelRow.objects.all()
    assert list(opened_by(rows, AsOf(known_at=moment))) == []
    assert list(opened_by(rows, AsOf(known_at=now()))) == list(rows)


def test_whoever_asks_before_it_is_numbered_gets_the_same_answer() -> None:
    parcel_id = new_id()
    moment = slowly(lambda: open_parcel(OpenParcel(parcel_id=parcel_id, label="to Lyon")))
    asked = as_of(scratch_question(moment))
    assert asked is not None
    assert asked.events(read_stream(parcel_id)) == []


def scratch_question(moment: datetime) -> Any:
    class Asked:
        as_known_at, as_effective_at = moment, None

    return Asked()


def test_what_was_answered_at_a_moment_is_answered_again() -> None:
    """Ten writers overlap; between them each answer is what a reader saw at its moment."""
    parcels = [new_id() for _ in range(4)]
    seen: list[tuple[datetime, set[UUID]]] = []

    def look() -> None:
        present = set(ParcelRow.objects.values_list("id", flat=True))
        seen.append((now(), present))

    def go_on(waiting: list[UUID]) -> None:
        if not waiting:
            return
        with slow(lambda: open_parcel(OpenParcel(parcel_id=waiting[0], label="to Lyon"))):
            look()
            go_on(waiting[1:])
            look()
        look()

    go_on(parcels)
    assert {len(present) for _, present in seen} == {0, 1, 2, 3, 4}
    for moment, present in seen:
        assert {UUID(row["id"]) for row in dumped(moment)} == present
        assert {each for each in parcels if counts(each, moment)} == present


def test_history_of_before_the_times_of_commits_goes_by_its_stamps() -> None:
    parcel_id = open_parcel(OpenParcel(parcel_id=new_id(), label="to Lyon"))
    (recorded,) = read_stream(parcel_id)
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        sequence()
        execute("UPDATE es.log SET committed_at = NULL")
    assert counts(parcel_id, recorded.recorded_at) == [1]
    assert counts(parcel_id, recorded.recorded_at - timedelta(microseconds=1)) == []
