"""The log: everything committed, once, in an order every stream agrees with."""

import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from events import follower, store
from events.chain import GENESIS
from events.database import execute, fetch
from events.errors import VersionConflict
from events.sequencer import adopt_restore, sequence
from events.store import Entry
from modules.kernel.identity import new_id
from tests.events.sample import Parcel

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = Entry(topic="sample.parcel.filled.v1", schema_version=1, payload=b'{"item":"mug"}')


def append(stream_id: UUID, count: int = 1) -> list[UUID]:
    head = store.stream_head(stream_id)
    rows = store.append_entries(
        stream_id,
        Parcel.kind,
        [ENTRY] * count,
        expected_version=head.version if head else 0,
        previous=head.head if head else GENESIS,
    )
    return [row.event_id for row in rows]


def append_now(stream_id: UUID) -> None:
    with transaction.atomic():
        append(stream_id)


def run_threads(works: list[Callable[[], None]]) -> None:
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_an_event_committed_late_is_numbered_late_and_not_missed() -> None:
    early, late = new_id(), new_id()
    with transaction.atomic():
        append(early)
        run_threads([lambda: append_now(late)])
        run_threads([lambda: None if sequence() == 1 else pytest.fail("not numbered")])
    assert [row.stream_id for row in store.read_log(0, 10)] == [late, early]


def test_a_version_committed_under_an_older_transaction_id_still_comes_second() -> None:
    stream_id = new_id()
    with transaction.atomic():
        fetch("SELECT pg_current_xact_id()::text")
        run_threads([lambda: append_now(stream_id)])
        append(stream_id)
    assert [row.version for row in store.read_log(0, 10)] == [1, 2]


def test_a_transaction_may_sequence_its_own_events_and_go_on() -> None:
    stream_id = new_id()
    with transaction.atomic():
        append(stream_id)
        assert sequence() == 1
        assert sequence() == 0
        append(stream_id)
        assert sequence() == 1
        append(stream_id)
    append_now(stream_id)
    assert [row.version for row in store.read_log(0, 10)] == [1, 2, 3, 4]


def test_idle_sequencing_writes_nothing() -> None:
    append_now(new_id())
    sequence()
    before = fetch("SELECT xmin::text, ctid::text FROM es.sequencer")
    assert sequence() == 0
    assert fetch("SELECT xmin::text, ctid::text FROM es.sequencer") == before


def test_a_store_restored_into_another_cluster_must_be_adopted_first() -> None:
    append_now(new_id())
    sequence()
    append_now(new_id())
    execute("UPDATE es.sequencer SET cluster = 1")
    with pytest.raises(DatabaseError, match="restored into another cluster"):
        sequence()
    assert adopt_restore() == 1
    append_now(new_id())
    assert sequence() == 1
    assert [row.position for row in store.read_log(0, 10)] == [1, 2, 3]


@dataclass
class Writer:
    """Writes like a shop under load: savepoints, rollbacks, early ids, slow commits, races."""

    streams: list[UUID]
    seed: int
    until: float
    committed: list[UUID] = field(default_factory=list)

    def run(self) -> None:
        chance = random.Random(self.seed)
        while time.monotonic() < self.until:
            written: list[UUID] = []
            try:
                with transaction.atomic():
                    written = self.transact(chance)
                    if chance.random() < 0.1:
                        transaction.set_rollback(True)
                        written = []
            except VersionConflict:
                continue
            self.committed += written

    def transact(self, chance: random.Random) -> list[UUID]:
        written: list[UUID] = []
        if chance.random() < 0.5:
            fetch("SELECT pg_current_xact_id()::text")
        for _ in range(chance.randint(1, 3)):
            keep = chance.random() > 0.2
            with transaction.atomic():
                ids = append(chance.choice(self.streams), chance.randint(1, 3))
                if not keep:
                    transaction.set_rollback(True)
            written += ids if keep else []
            # One stream only, or two writers would wait for each other's rows in a circle.
            if chance.random() < 0.9:
                break
        if chance.random() < 0.3:
            time.sleep(chance.random() * 0.01)
        return written


@dataclass
class Tail:
    """Follows the log while it grows; remembers what it saw, in the order it saw it."""

    stop: threading.Event
    seen: list[store.RecordedEvent] = field(default_factory=list)

    def run(self) -> None:
        last = False
        while True:
            rows = store.read_log(self.seen[-1].position or 0 if self.seen else 0, 500)
            self.seen += rows
            if last and not rows:
                return
            last = self.stop.is_set()


@pytest.mark.stress
@pytest.mark.timeout(0)
def test_under_load_a_follower_misses_nothing_and_sees_every_stream_in_order() -> None:
    seconds = float(os.environ.get("COUNTERFOIL_STRESS_SECONDS", "30"))
    stop = threading.Event()
    until = time.monotonic() + seconds
    streams = [new_id() for _ in range(15)]
    writers = [Writer(streams[n % 3 :: 3], n, until) for n in range(8)]
    tails = [Tail(stop), Tail(stop)]
    tailing = [threading.Thread(target=lambda each=each: close_after(each.run)) for each in tails]
    for thread in tailing:
        thread.start()
    try:
        run_threads([retrying_deadlocks(each) for each in writers])
    finally:
        stop.set()
        for thread in tailing:
            thread.join()
    committed = [event_id for writer in writers for event_id in writer.committed]
    assert len(committed) > 100
    for tail in tails:
        assert [row.position for row in tail.seen] == list(range(1, len(tail.seen) + 1))
        assert sorted(row.event_id for row in tail.seen) == sorted(committed)
        assert inverted(tail.seen) == []
    assert all(store.verify_stream(stream_id) is None for stream_id in streams)
    print(f"{len(committed)} events in {seconds:.0f} s, none missed, none out of order")


def retrying_deadlocks(writer: Writer) -> Callable[[], None]:
    def run() -> None:
        while time.monotonic() < writer.until:
            try:
                writer.run()
            except DatabaseError as error:
                if "deadlock" not in str(error):
                    raise

    return run


def close_after(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


def inverted(rows: list[store.RecordedEvent]) -> list[store.RecordedEvent]:
    versions: dict[UUID, int] = {}
    wrong = []
    for row in rows:
        if row.version != versions.get(row.stream_id, 0) + 1:
            wrong.append(row)
        versions[row.stream_id] = row.version
    return wrong


def test_a_transaction_left_open_elsewhere_does_not_hold_up_the_log() -> None:
    append_now(new_id())
    with transaction.atomic():
        # An unrelated transaction with an id, left open, as a long report or a backup would be.
        fetch("SELECT pg_current_xact_id()::text")
        run_threads([lambda: None if follower.catch_up() == 1 else pytest.fail("held up")])
