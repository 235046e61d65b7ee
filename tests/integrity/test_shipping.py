"""Checkpoints leave the host: each once to each place, after the commit, and never replaced."""

from pathlib import Path
from random import Random

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.test.utils import override_settings

import verify
from events import relay
from events.database import execute, fetch
from events.integrity.checkpoints import Checkpoint, cosignatures, latest, newest
from events.integrity.shipping import SHIP
from tests.integrity.record import log_keys, record, signed, tamper, trade
from tests.integrity.stores import serving_objects
from tests.integrity.witnesses import new_witness, serving

pytestmark = pytest.mark.django_db
CHANCE = Random(2)


def outbox() -> list[tuple[str, bool, str]]:
    """Returns each shipment's place, whether it is done, and what its last attempt said."""
    return [
        (row[0], row[1], row[2])
        for row in fetch(
            "SELECT arguments->>'sink', done_at IS NOT NULL, last_error FROM es.outbox"
            " WHERE actor = %s ORDER BY created_at",
            (SHIP,),
        )
    ]


def again() -> None:
    """Makes what failed due at once."""
    execute("UPDATE es.outbox SET due_at = now() - interval '1 second' WHERE done_at IS NULL")
    relay.drain()


def test_a_folder_gets_a_file_for_each_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    with override_settings(CHECKPOINT_SINKS=folder.as_uri()):
        trade(20, every=10)
        assert not folder.exists()
        relay.drain()
    notes = [path.read_text() for path in sorted(folder.iterdir())]
    assert notes == [each.note for each in reversed(newest(5))]
    assert [done for _, done, _ in outbox()] == [True, True]


def test_what_a_folder_has_is_never_replaced(tmp_path: Path) -> None:
    with override_settings(CHECKPOINT_SINKS=tmp_path.as_uri()):
        (tmp_path / f"{1:020d}.txt").write_text("another history")
        trade(1, every=1)
        relay.drain()
    assert (tmp_path / f"{1:020d}.txt").read_text() == "another history"
    ((_, done, error),) = outbox()
    assert not done
    assert "holds another checkpoint of 1 events" in error


def test_a_mailbox_gets_one_a_day_with_the_note_attached() -> None:
    with override_settings(CHECKPOINT_SINKS="mailto:auditor@example.org"):
        trade(30, every=10)
        relay.drain()
    (message,) = mail.outbox
    first = newest(5)[-1]
    assert message.to == ["auditor@example.org"]
    assert message.subject == "Checkpoint of shop.test/log at 10 events"
    assert first.note in str(message.body)


def test_every_place_gets_the_same_checkpoint(tmp_path: Path) -> None:
    places = f"mailto:a@example.org?every=0, {tmp_path.as_uri()}\nmailto:b@example.org?every=0"
    with override_settings(CHECKPOINT_SINKS=places):
        trade(2, every=1)
        relay.drain()
    assert len(outbox()) == 6
    assert (
        sorted(each.to[0] for each in mail.outbox) == ["a@example.org"] * 2 + ["b@example.org"] * 2
    )


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/folder",
        "file://host/folder",
        "file:relative",
        "mailto:nobody",
        "mailto:a@example.org?every=daily",
        "s3+https://host/bucket",
        "s3+https://key:hidden@host/",
        "s3+https://key:hidden@host/bucket?lock_days=some",
        "witness+https://witness.example/w1",
        "witness+https://witness.example/w1#name+00000000+AAAA",
    ],
)
def test_an_address_that_is_none_is_named_at_the_start_without_its_secret(address: str) -> None:
    with override_settings(CHECKPOINT_SINKS=f"mailto:a@example.org {address}"):
        (error,) = [each for each in run_checks() if each.id == "events.E001"]
    assert error.msg.startswith("CHECKPOINT_SINKS, address 2:")
    assert "written" in error.msg or "bucket" in error.msg or "one of" in error.msg
    assert "hidden" not in error.msg


def test_an_object_store_gets_signed_puts_under_a_lock() -> None:
    with (
        serving_objects("key", "s3cret/+") as store,
        override_settings(CHECKPOINT_SINKS=store.address(lock_days=10)),
    ):
        trade(2, every=1)
        relay.drain()
    assert store.objects == {
        f"/bucket/log/{each.size:020d}.txt": each.note.encode() for each in newest(5)
    }
    assert {each["x-amz-object-lock-mode"] for each in store.puts} == {"COMPLIANCE"}
    assert all(done for _, done, _ in outbox())


def test_an_object_store_that_has_another_checkpoint_shows_the_fork() -> None:
    with serving_objects("key", "secret") as store:
        store.objects[f"/bucket/log/{1:020d}.txt"] = b"another history"
        with override_settings(CHECKPOINT_SINKS=store.address()):
            trade(1, every=1)
            relay.drain()
    ((name, done, error),) = outbox()
    assert not done
    assert "holds another checkpoint" in error
    assert "secret" not in name


def test_a_refused_signature_is_tried_again() -> None:
    with serving_objects("key", "other") as store:
        wrong = store.address().replace(":other@", ":wrong@")
        with override_settings(CHECKPOINT_SINKS=wrong):
            trade(1, every=1)
            relay.drain()
    ((_, done, error),) = outbox()
    assert not done
    assert "answered 403" in error


def test_a_witness_s_cosignature_is_kept(tmp_path: Path) -> None:
    witness = new_witness()
    with (
        serving(witness, log_keys(), tmp_path / "state") as address,
        override_settings(CHECKPOINT_SINKS=address),
    ):
        trade(20, every=5)
        relay.drain()
    found = newest(9)
    lines = cosignatures([each.size for each in found])
    assert [each.witness for each in lines[20]] == [witness.name]
    for each in found:
        for line in lines[each.size]:
            checkpoint = cosigned(each, line.line)
            assert checkpoint.cosigned(witness.public) is not None


def cosigned(checkpoint: Checkpoint, line: str) -> verify.Checkpoint:
    return verify.read_note(checkpoint.note, [line])


def test_a_witness_that_was_away_is_told_later_and_larger_ones_cover_smaller(
    tmp_path: Path,
) -> None:
    witness = new_witness()
    with serving(witness, log_keys(), tmp_path / "state") as address:
        pass
    with override_settings(CHECKPOINT_SINKS=address):
        trade(2, every=1)
        relay.drain()
        assert [done for _, done, _ in outbox()] == [False, False]
    # A witness keeps its name when it comes back on another port.
    with (
        serving(witness, log_keys(), tmp_path / "state") as address,
        override_settings(CHECKPOINT_SINKS=address),
    ):
        execute("UPDATE es.outbox SET due_at = due_at - size * interval '1 day' FROM"
                " (SELECT id AS own, (arguments->>'size')::int AS size FROM es.outbox) o"
                " WHERE own = id")  # fmt: skip
        again()
        assert [done for _, done, _ in outbox()] == [True, True]
    assert cosignatures([1, 2])[2]


def test_a_witness_catches_a_history_that_was_rewritten(tmp_path: Path) -> None:
    witness = new_witness()
    with (
        serving(witness, log_keys(), tmp_path / "state") as address,
        override_settings(CHECKPOINT_SINKS=address),
    ):
        streams = trade(5, every=5)
        relay.drain()
        forget_the_tree()
        tamper("UPDATE es.event SET hash = sha256(hash)")
        record(streams[0], "{}", random=CHANCE)
        signed()
        relay.drain()
    ((_, done, error),) = outbox()
    assert not done
    assert "was an older backup restored?" in error


def test_a_witness_catches_an_older_backup(tmp_path: Path) -> None:
    witness = new_witness()
    with (
        serving(witness, log_keys(), tmp_path / "state") as address,
        override_settings(CHECKPOINT_SINKS=address),
    ):
        trade(5, every=5)
        relay.drain()
        forget_the_tree()
        tamper("DELETE FROM es.log WHERE position > 3")
        execute("UPDATE es.sequencer SET position = 3")
        signed()
        relay.drain()
    assert any("was an older backup restored?" in error for *_, error in outbox())


def forget_the_tree() -> None:
    """Puts the tables of proof back to the beginning, as a restored old backup would."""
    for table in ("es.cosignature", "es.checkpoint", "es.node", "es.outbox"):
        tamper(f"DELETE FROM {table}")
    execute("UPDATE es.tree SET size = 0, frontier = '{}'")


def test_a_checkpoint_that_is_gone_or_a_place_that_is_gone_ships_nothing(tmp_path: Path) -> None:
    with override_settings(CHECKPOINT_SINKS=tmp_path.as_uri()):
        trade(1, every=1)
    relay.drain()
    assert [done for _, done, _ in outbox()] == [True]
    assert not list(tmp_path.glob("*.txt"))
    assert latest() is not None


def test_shipping_is_asked_for_in_the_transaction_that_signs(tmp_path: Path) -> None:
    with override_settings(CHECKPOINT_SINKS=(tmp_path / "away").as_uri()):
        streams = trade(1, every=1)
        record(streams[0], "{}", random=CHANCE)
        signed()
    assert len(outbox()) == 2
    assert [done for _, done, _ in outbox()] == [False, False]
