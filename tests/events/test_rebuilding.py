"""Read models are folded anew while the shop is open, exchanged in a moment, and exchanged back."""

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from events import database, exchanging, follower, generations
from events.database import execute, fetch
from events.errors import NotRebuildable, RebuildStopped
from events.follower import catch_up
from events.rebuilding import rebuild, switch_back
from events.standings import standings
from modules.kernel.identity import new_id
from tests.events.sample import (
    FillParcel,
    ItemCount,
    ItemCounts,
    OpenParcel,
    ParcelRow,
    fill_parcel,
    open_parcel,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ["sample.parcels", "sample.item_counts"]


@pytest.fixture(autouse=True)
def _tidy() -> Any:
    yield
    rows = fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'generation_%%'")
    for (name,) in rows:
        execute(f"DROP SCHEMA {name} CASCADE")


def packed(*items: str) -> UUID:
    parcel_id = open_parcel(OpenParcel(parcel_id=new_id(), label="to Lyon"))
    for item in items:
        fill_parcel(FillParcel(parcel_id=parcel_id, item=item))
    return parcel_id


def rows() -> list[list[dict[str, Any]]]:
    return [
        list(model._default_manager.order_by("pk").values()) for model in (ParcelRow, ItemCount)
    ]


def test_a_rebuild_gives_the_same_rows_and_mends_what_was_changed_by_hand() -> None:
    for items in (("cup", "moon"), ("cup",), ()):
        packed(*items)
    catch_up()
    before = rows()
    ParcelRow.objects.update(label="forged")
    ItemCount.objects.filter(item="moon").delete()
    exchanged = rebuild(NAMES)
    assert rows() == before
    assert exchanged.events == 6
    assert exchanged.generation == 2


def test_the_shop_goes_on_with_the_new_tables_and_with_the_old_ones_after_the_way_back() -> None:
    parcel_id = packed("cup")
    catch_up()
    rebuild(NAMES)
    fill_parcel(FillParcel(parcel_id=parcel_id, item="moon"))
    catch_up()
    assert ParcelRow.objects.get(id=parcel_id).item_count == 2
    assert ItemCount.objects.count() == 2
    exchanged = switch_back(NAMES)
    assert ParcelRow.objects.get(id=parcel_id).item_count == 2
    fill_parcel(FillParcel(parcel_id=parcel_id, item="sun"))
    catch_up()
    assert ItemCount.objects.count() == 3
    assert exchanged.generation == 1
    assert {each.state for each in standings()} == {"live", "kept"}


def test_a_rebuild_that_was_broken_off_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generations, "TAIL", 0)
    monkeypatch.setattr(generations, "BATCH", 2)
    for _ in range(4):
        packed("cup")
    steps = []

    def stop_half_way(position: int, head: int) -> None:
        steps.append(position)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(["sample.parcels"], stop_half_way)
    assert rebuild(["sample.parcels"]).events == 8 - 4
    assert ParcelRow.objects.count() == 4


def test_columns_that_a_migration_adds_are_filled_by_the_rebuild() -> None:
    packed("cup")
    execute("ALTER TABLE sample_parcel ADD COLUMN colour text NOT NULL DEFAULT 'none'")
    try:
        rebuild(["sample.parcels"])
        assert fetch("SELECT colour FROM sample_parcel") == [("none",)]
    finally:
        execute("ALTER TABLE sample_parcel DROP COLUMN colour")


def test_tables_of_other_columns_are_not_gone_back_to() -> None:
    packed("cup")
    rebuild(["sample.parcels"])
    execute("ALTER TABLE sample_parcel ADD COLUMN colour text")
    try:
        with pytest.raises(NotRebuildable, match="rebuild it instead"):
            switch_back(["sample.parcels"])
    finally:
        execute("ALTER TABLE sample_parcel DROP COLUMN colour")


def test_streams_that_go_on_over_several_batches_are_copied_once_and_then_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generations, "TAIL", 0)
    monkeypatch.setattr(generations, "BATCH", 3)
    ids = [packed("cup", "moon") for _ in range(2)]
    for item in ("sun", "cup"):
        for parcel_id in ids:
            fill_parcel(FillParcel(parcel_id=parcel_id, item=item))
    catch_up()
    before = rows()
    rebuild(NAMES)
    assert rows() == before


def test_an_event_that_cannot_be_folded_leaves_the_live_tables_alone() -> None:
    packed("cup")
    packed("moon")
    catch_up()
    before = rows()
    ItemCounts.poisonous.add("moon")
    with pytest.raises(RebuildStopped, match="between positions"):
        rebuild(NAMES)
    assert rows() == before


def test_what_was_parked_is_folded_by_a_rebuild_once_its_cause_is_mended() -> None:
    ItemCounts.poisonous.add("moon")
    packed("moon")
    catch_up()
    assert len(follower.parked_streams("sample.item_counts")) == 1
    ItemCounts.poisonous.clear()
    rebuild(["sample.item_counts"])
    assert follower.parked_streams() == []
    assert ItemCount.objects.get(item="moon").count == 1


@pytest.mark.parametrize("name", ["sample.nobody", "sample.seen"])
def test_what_cannot_be_rebuilt_is_refused(name: str) -> None:
    with pytest.raises(NotRebuildable):
        rebuild([name])


def test_nothing_is_gone_back_to_before_a_rebuild() -> None:
    with pytest.raises(NotRebuildable, match="are kept"):
        switch_back(["sample.parcels"])


def test_no_write_is_lost_while_tables_are_exchanged_again_and_again() -> None:
    parcels = [packed() for _ in range(3)]
    stop, written, errors = threading.Event(), [0] * 3, []

    def fill_for_ever(number: int) -> None:
        try:
            while not stop.is_set():
                fill_parcel(FillParcel(parcel_id=parcels[number], item=f"item {number}"))
                written[number] += 1
        except Exception as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=fill_for_ever, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        waits = [rebuild(NAMES).milliseconds for _ in range(3)]
        waits += [switch_back(NAMES).milliseconds for _ in range(3)]
        wait_until(lambda: errors or all(written), "each of them to have written")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert all(written)
    assert len(waits) == 6
    catch_up()
    assert [ParcelRow.objects.get(id=each).item_count for each in parcels] == written
    assert [ItemCount.objects.get(item=f"item {n}").count for n in range(3)] == written
    assert connection.in_atomic_block is False


def sent_under_lock(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> list[str]:
    """Returns the statements that were sent while the shop's writers had to wait."""
    sent: list[str] = []
    run = database._run

    def noted(sql: str, parameters: Any, *, returns: bool) -> Any:
        sent.append(sql)
        return run(sql, parameters, returns=returns)

    monkeypatch.setattr(database, "_run", noted)
    work()
    monkeypatch.setattr(database, "_run", run)
    last = max(n for n, sql in enumerate(sent) if sql.startswith("LOCK TABLE public."))
    swap = next(n for n, sql in enumerate(sent) if n > last and sql.startswith("DO $swap$"))
    return sent[last + 1 : swap + 1]


def test_writers_wait_for_three_statements_however_many_tables_are_exchanged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed("cup")
    catch_up()
    assert len(sent_under_lock(monkeypatch, lambda: rebuild(NAMES))) == 3
    assert len(sent_under_lock(monkeypatch, lambda: switch_back(NAMES))) == 3
    assert len(sent_under_lock(monkeypatch, lambda: rebuild(NAMES[:1]))) == 3


def test_what_came_while_a_generation_was_filled_is_folded_before_anybody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed("cup")
    catch_up()
    rounds: list[UUID] = []

    def pack_once_more(position: int, head: int) -> None:
        if len(rounds) < 3:
            rounds.append(packed("moon"))

    monkeypatch.setattr(generations, "TAIL", 0)
    under_lock = sent_under_lock(monkeypatch, lambda: rebuild(NAMES, pack_once_more))
    assert len(under_lock) == 3
    assert ParcelRow.objects.count() == 4


def kept_tables() -> list[str]:
    rows = fetch(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
        " WHERE table_schema LIKE 'generation_%%' ORDER BY 1"
    )
    return [name for (name,) in rows]


def test_what_was_kept_before_goes_after_an_exchange_even_if_that_was_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed("cup")
    rebuild(["sample.parcels"])
    monkeypatch.setattr(exchanging, "drop_forgotten", lambda: None)
    rebuild(["sample.parcels"])
    assert kept_tables() == ["generation_1.sample_parcel", "generation_2.sample_parcel"]
    monkeypatch.undo()
    generations.discard("shadow")
    assert kept_tables() == ["generation_2.sample_parcel"]
    assert switch_back(["sample.parcels"]).generation == 2
    assert ParcelRow.objects.count() == 1


def test_a_long_transaction_of_the_shop_is_asked_again_and_again_and_never_queued_behind_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed("cup")
    patience: list[int] = []
    attempted = exchanging._exchange

    def noted(chosen: Any, state: str, patience_ms: int) -> Any:
        patience.append(patience_ms)
        if len(patience) == 4:
            other.execute("COMMIT")
        return attempted(chosen, state, patience_ms)

    monkeypatch.setattr(exchanging, "_exchange", noted)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sample_parcel")
        rebuild(["sample.parcels"])
    # Autovacuum, too, may be in the way for once.
    assert patience[:4] == [50, 100, 150, 200]


def test_the_command_lists_and_rebuilds() -> None:
    packed("cup")
    catch_up()
    said = StringIO()
    call_command("projections", "rebuild", *NAMES, stdout=said)
    call_command("projections", "list", stdout=said)
    assert "Generation 2 is live" in said.getvalue()
    assert "kept" in said.getvalue()
    call_command("projections", "back", *NAMES, stdout=said)
    call_command("projections", "discard", *NAMES, stdout=said)
    assert {each.state for each in standings()} == {"live"}
