"""Every minute or 1,000 events the log is signed, over a tree that only grows."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import DatabaseError
from django.test.utils import override_settings
from pytest_django import DjangoAssertNumQueries

import verify
from events.database import execute, fetch
from events.integrity import checkpointer, checkpoints
from events.integrity.checkpoints import is_due, latest, newest, take
from events.integrity.keys import KeyRefused, retire, rotate, signing_keys
from events.integrity.merkle import Frontier, inclusion
from events.integrity.tree import RecordDamaged, proofs
from events.sequencer import sequence
from tests.integrity.record import log_keys, record, signed, tamper, trade
from tests.support.racing import at_once
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db
CHANCE = Random(1)


def hashes() -> list[bytes]:
    rows = fetch(
        "SELECT e.hash FROM es.log l JOIN es.event e USING (tenant_id, stream_id, version)"
        " ORDER BY l.position"
    )
    return [row[0] for row in rows]


def test_a_checkpoint_signs_the_root_over_all_events_so_far() -> None:
    trade(10, every=10)
    trade(3, every=99)
    found = signed()
    expected = Frontier()
    expected.extend(hashes())
    assert (found.size, found.root) == (13, expected.root())
    assert latest() == found
    assert [each.size for each in newest(5)] == [13, 10]
    note = verify.read_note(found.note)
    assert note.signers([verify.read_key(text) for text in log_keys()])
    assert (note.origin, note.size, note.root) == ("shop.test/log", 13, found.root)


def test_nothing_new_is_not_signed_again() -> None:
    assert take() is None
    trade(1, every=1)
    assert take() is None
    assert len(newest(5)) == 1


def test_the_tree_is_one_row_however_long_the_log() -> None:
    trade(300, every=300, streams=1)
    rows = fetch("SELECT size, frontier FROM es.tree")
    assert len(rows) == 1
    assert (rows[0][0], len(rows[0][1])) == (300, (300).bit_count())
    # One stored node for 255 events.
    assert fetch("SELECT level, place FROM es.node") == [(8, 0)]


def test_a_proof_reads_tiles_and_not_the_log(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    trade(300, every=300, streams=1)
    found = latest()
    assert found is not None
    events = hashes()
    with django_assert_num_queries(2):
        paths = proofs([inclusion(index, 300) for index in (0, 255, 256, 299)])
    for index, path in zip((0, 255, 256, 299), paths, strict=True):
        assert verify.included(events[index], index, 300, path, found.root)


def test_it_is_due_after_a_minute_or_a_thousand_events(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.now(UTC)
    assert not is_due(moment)
    streams = trade(2, every=99)
    sequence()
    assert is_due(moment)
    at = signed().signed_at
    assert not is_due(at + timedelta(hours=1))
    record(streams[0], "{}", random=CHANCE)
    sequence()
    assert not is_due(at + timedelta(seconds=59))
    assert is_due(at + timedelta(seconds=60))
    monkeypatch.setattr(checkpoints, "EVENTS", 1)
    assert is_due(at)


def test_a_long_log_is_signed_in_several_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "BATCH", 4)
    trade(10, every=99)
    sizes = []
    while (found := take()) is not None:
        sizes.append(found.size)
    assert sizes == [4, 8, 10]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE es.tree SET frontier[1] = sha256('other')",
        "UPDATE es.tree SET size = 8, frontier = frontier[:1]",
        "DELETE FROM es.checkpoint",
        "DELETE FROM es.event WHERE seq = (SELECT max(seq) FROM es.event)",
        "DELETE FROM es.log WHERE position = 11",
    ],
)
def test_nothing_is_signed_over_a_tree_or_log_that_was_edited(edit: str) -> None:
    streams = trade(10, every=10)
    for _ in range(2):
        record(streams[0], "{}", random=CHANCE)
    sequence()
    tamper(edit)
    with pytest.raises(RecordDamaged):
        take()


def test_during_a_rotation_both_keys_sign_and_either_verifies() -> None:
    streams = trade(1, every=1)
    (old,) = log_keys()
    new = rotate().verifier.text
    record(streams[0], "{}", random=CHANCE)
    both = signed()
    for text in (old, new):
        assert verify.read_note(both.note).signers([verify.read_key(text)])
    assert [key.verifier.text for key in retire()] == [old]
    record(streams[0], "{}", random=CHANCE)
    assert signed().keys == (new,)
    assert not verify.read_note(signed_note()).signers([verify.read_key(old)])


def signed_note() -> str:
    found = latest()
    assert found is not None
    return found.note


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = log_keys()
    assert log_keys() == first
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    rotate()
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+x", "not a key"])
def test_a_key_file_that_holds_no_key_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(KeyRefused):
        signing_keys()


def test_a_key_of_another_log_is_refused() -> None:
    signing_keys()
    with (
        override_settings(CHECKPOINT_ORIGIN="other.test/log"),
        pytest.raises(KeyRefused, match="keeps its name for life"),
    ):
        signing_keys()


def test_a_log_does_not_change_its_name(tmp_path: Path) -> None:
    streams = trade(1, every=1)
    (tmp_path / "keys").unlink()
    record(streams[0], "{}", random=CHANCE)
    with (
        override_settings(CHECKPOINT_ORIGIN="other.test/log"),
        pytest.raises(RecordDamaged, match="was signed as"),
    ):
        take()


@pytest.mark.parametrize("statement", ["UPDATE es.checkpoint SET note = ''", "DELETE FROM es.node"])
def test_what_was_signed_refuses_to_be_edited(statement: str) -> None:
    trade(1, every=1)
    with pytest.raises(DatabaseError, match="history is only added to"):
        execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_empty_store")
def test_of_several_workers_one_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "BATCH", 5)
    trade(30, every=99)
    sequence()
    signing_keys()
    assert not [each for each in at_once([take] * 6) if isinstance(each, Exception)]
    while take() is not None:
        pass
    found = newest(99)
    assert [each.size for each in found] == [30, 25, 20, 15, 10, 5]
    expected = Frontier()
    for start, each in enumerate(reversed(found)):
        expected.extend(hashes()[start * 5 : start * 5 + 5])
        assert each.root == expected.root()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_empty_store")
def test_the_worker_signs_what_is_due_and_stops_when_told() -> None:
    trade(3, every=99)
    sequence()
    stop = threading.Event()
    thread = threading.Thread(target=checkpointer.run_forever, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: latest() is not None, "a checkpoint")
    finally:
        stop.set()
        thread.join()
    found = latest()
    assert found is not None
    assert found.size == 3
