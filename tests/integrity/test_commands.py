"""`manage.py checkpoint` and `audit export`: in words, also where something is wrong."""

from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

import verify
from events.integrity.checkpoints import keep_cosignature, latest
from events.integrity.recount import broken_checkpoint
from events.sequencer import sequence
from tests.integrity.record import log_keys, question, record, tamper, trade
from tests.integrity.tampering import rewrite
from tests.support.trade import open_shop, order_of, paid

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_now_signs_and_prints_the_note() -> None:
    assert "nothing is signed" in said("checkpoint", "now")
    trade(3, every=99)
    note = said("checkpoint", "now").rstrip("\n") + "\n"
    found = latest()
    assert found is not None
    assert note == found.note


def test_list_shows_sizes_and_witnesses() -> None:
    trade(20, every=10)
    keep_cosignature(20, "witness.test/w1", "— witness.test/w1 AAAA")
    lines = said("checkpoint", "list").splitlines()
    assert [line.split()[0] for line in lines] == ["20", "10"]
    assert lines[0].endswith("cosigned by witness.test/w1")
    assert lines[1].endswith("cosigned by nobody")


def test_a_key_is_retired_only_after_both_have_signed() -> None:
    streams = trade(1, every=1)
    (old,) = said("checkpoint", "keys").split()
    new = said("checkpoint", "rotate").split()[0]
    assert log_keys() == [new, old]
    with pytest.raises(CommandError, match="has signed nothing yet"):
        call_command("checkpoint", "retire")
    record(streams[0], "{}", random=Random(1))
    call_command("checkpoint", "now", stdout=StringIO())
    assert said("checkpoint", "retire").startswith(old)
    assert log_keys() == [new]
    with pytest.raises(CommandError, match="one key only"):
        call_command("checkpoint", "retire")


def test_a_damaged_record_is_refused_in_words() -> None:
    trade(2, every=99)
    sequence()
    tamper("DELETE FROM es.event")
    with pytest.raises(CommandError, match="position 1 of the log has no event"):
        call_command("checkpoint", "now")


def test_verify_holds_the_record_against_every_checkpoint() -> None:
    trade(30, every=10)
    assert "Every chain is whole." in said("audit", "verify")
    rewrite(Random(3), 30)
    with pytest.raises(CommandError, match="was signed over other events than these"):
        call_command("audit", "verify", stdout=StringIO())


def test_a_position_that_is_gone_breaks_the_checkpoint_after_it() -> None:
    trade(30, every=10)
    assert broken_checkpoint() is None
    tamper("DELETE FROM es.log WHERE position = 15")
    assert broken_checkpoint() == 20


def test_evidence_is_exported_even_when_nothing_can_be_signed(tmp_path: Path) -> None:
    trade(10, every=10)
    tamper("UPDATE es.tree SET size = 9, frontier = frontier[:2]")
    assert "No new checkpoint: the tree of 9 events" in " ".join(
        said("audit", "export", str(tmp_path / "bundle")).split()
    )
    verify.verify(tmp_path / "bundle", question())


def test_one_order_is_exported_as_a_receipt_with_its_payments(tmp_path: Path) -> None:
    open_shop()
    number = order_of(paid()).number
    file = tmp_path / "order.json"
    assert f"The receipt of Order {number}" in said(
        "audit", "export", str(file), "--order", number
    ).replace("\n", " ")
    assert number in verify.verify(file, question())[0]


def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    trade(1, every=1)
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("audit", "export", str(tmp_path / "file" / "bundle"), stdout=StringIO())


def test_before_the_first_event_there_is_nothing_to_export(tmp_path: Path) -> None:
    for name in ("bundle", "bundle.zip"):
        with pytest.raises(CommandError, match="No checkpoint was signed yet"):
            call_command("audit", "export", str(tmp_path / name), stdout=StringIO())
    assert not list(tmp_path.glob("bundle*"))
