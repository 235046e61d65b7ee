"""A whole read model as of the past is folded beside the live tables, and leaves nothing behind."""

import json
import threading
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from events import generations, scratch
from events.database import execute, fetch
from events.errors import NotRebuildable, PastRefused, RebuildStopped
from events.moments import AsOf
from events.sequencer import sequence
from events.store import log_head
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.events.sample import (
    FillParcel,
    ItemCounts,
    OpenParcel,
    ParcelRow,
    fill_parcel,
    open_parcel,
)
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

EVER = AsOf()


def packed(*items: str) -> None:
    parcel_id = open_parcel(OpenParcel(parcel_id=new_id(), label="to Lyon"))
    for item in items:
        fill_parcel(FillParcel(parcel_id=parcel_id, item=item))


def written(name: str = "sample.item_counts", **asked: Any) -> bytes:
    file = BytesIO()
    with scratch.folded(name, **{"as_of": EVER, **asked}) as found:
        scratch.write(found, file)
    return file.getvalue()


def counted(**asked: Any) -> dict[str, int]:
    rows = [json.loads(line) for line in written(**asked).splitlines()[1:]]
    return {each["row"]["item"]: each["row"]["count"] for each in rows}


def left_behind() -> int:
    schemas = fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'scratch_%%'")
    return len(schemas) + len(fetch("SELECT id FROM es.scratch"))


def test_a_read_model_is_what_it_was_at_any_position() -> None:
    packed("cup", "moon")
    packed("cup")
    sequence()
    assert [counted(position=each) for each in range(log_head() + 1)] == [
        *({}, {}, {"cup": 1}, {"cup": 1, "moon": 1}, {"cup": 1, "moon": 1}),
        {"cup": 2, "moon": 1},
    ]
    assert left_behind() == 0


def test_a_read_model_is_what_was_known_at_a_moment() -> None:
    packed("cup")
    moment = now()
    packed("cup")
    assert counted(as_of=AsOf(known_at=moment)) == {"cup": 1}
    assert counted() == {"cup": 2}


def test_the_live_tables_are_neither_read_nor_touched() -> None:
    packed("cup")
    before = written("sample.parcels")
    ParcelRow.objects.update(label="forged", version=99)
    assert written("sample.parcels") == before
    assert ParcelRow.objects.get().label == "forged"


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        packed("cup", "moon")
    packed("sun")
    at_once = written("sample.parcels", position=8), counted(position=8)
    monkeypatch.setattr(scratch, "BATCH", 2)
    assert (written("sample.parcels", position=8), counted(position=8)) == at_once


def test_what_has_no_past_is_refused_with_words_that_help() -> None:
    packed("cup")
    with pytest.raises(NotRebuildable, match=r"known are .*sample\.item_counts"):
        written("sample.nothing")
    with pytest.raises(NotRebuildable, match="does not say what tables"):
        written("sample.seen")
    for position in (3, -1):
        with pytest.raises(PastRefused, match="from 0 to 2"):
            written(position=position)
    with pytest.raises(PastRefused, match="not both"):
        written(position=1, as_of=AsOf(known_at=now()))
    assert left_behind() == 0


def test_an_event_that_cannot_be_folded_is_told_and_leaves_nothing_behind() -> None:
    packed("cup")
    ItemCounts.poisonous.add("cup")
    with pytest.raises(RebuildStopped, match=r"sample\.item_counts cannot fold"):
        written()
    assert left_behind() == 0


def test_what_a_killed_process_left_is_cleared_by_the_next_and_not_while_it_lives() -> None:
    packed("cup")
    begun, may_end = threading.Event(), threading.Event()

    def be_killed() -> None:
        scratch.begin("sample.item_counts", as_of=EVER)
        begun.set()
        may_end.wait(LIMIT_SECONDS)
        # All that the server sees of a kill.
        connections["default"].close()

    thread = threading.Thread(target=be_killed)
    thread.start()
    assert begun.wait(LIMIT_SECONDS)
    assert scratch.sweep() == 0
    assert left_behind() == 2
    may_end.set()
    thread.join()
    assert counted() == {"cup": 1}
    assert left_behind() == 0


def test_what_a_run_does_not_go_on_with_is_cleared_after_a_while() -> None:
    packed("cup")
    found = scratch.begin("sample.item_counts", as_of=EVER, owner="a run")
    connections["default"].close()
    assert scratch.sweep() == 0
    execute("UPDATE es.scratch SET heard_at = now() - interval '1 hour'")
    assert scratch.sweep() == 1
    with pytest.raises(NotRebuildable, match="ask for it anew"):
        scratch.scratch(found.id)
    assert left_behind() == 0


def test_a_rebuild_and_a_look_back_do_not_meet() -> None:
    packed("cup")
    found = scratch.begin("sample.item_counts", as_of=EVER)
    generations.begin(generations.choose(["sample.item_counts"]), "filling")
    assert scratch.fold_up(found).position == 2
    generations.discard("filling", ["sample.item_counts"])
    scratch.discard(found.id)
    assert left_behind() == 0


def test_the_command_writes_a_file_or_says_what_is_wrong(tmp_path: Path) -> None:
    packed("cup")
    path, told = tmp_path / "then.jsonl", StringIO()
    words = ["projections", "as-of", "sample.item_counts"]
    call_command(*words, "--position", "2", "--out", str(path), stdout=told)
    assert path.read_bytes() == written(position=2)
    assert "1 rows of sample.item_counts up to position 2" in " ".join(told.getvalue().split())
    for wrong, answer in (
        (["--position", "9"], "none of them"),
        (["--known-at", "yesterday"], "write it with its offset"),
        (["--effective-at", "2999-01-01T00:00:00Z"], "still to come"),
        (["--position", "1", "--out", str(tmp_path / "no" / "where")], "cannot be written"),
    ):
        with pytest.raises(CommandError, match=answer):
            call_command(*words, *wrong)
    assert [each.name for each in tmp_path.iterdir()] == ["then.jsonl"]
