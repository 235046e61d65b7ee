"""Every cell that is not what the events make is named, and no other."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from events import drift, outbox, relay
from events.database import execute, fetch
from events.follower import catch_up
from tests.events.sample import ItemCount, ParcelRow
from tests.events.test_rebuilding import packed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tidy() -> Any:
    yield
    rows = fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'generation_%%'")
    for (name,) in rows:
        execute(f"DROP SCHEMA {name} CASCADE")


def found(**options: Any) -> list[tuple[str, str, str]]:
    checked = drift.check(**options)
    assert checked is not None
    return [(each.table, each.key, each.column) for each in checked.differences]


def test_tables_that_are_what_the_events_make_have_no_drift() -> None:
    packed("cup", "moon")
    catch_up()
    assert found() == []
    checked = drift.last_check()
    assert checked is not None
    assert checked.position == 3


def test_one_changed_cell_is_named_by_table_key_and_column_and_nothing_else_is() -> None:
    keys = [packed("cup", "moon") for _ in range(3)]
    catch_up()
    ParcelRow.objects.filter(id=keys[1]).update(label="forged")
    assert found() == [("sample_parcel", str(keys[1]), "label")]
    checked = drift.last_check()
    assert checked is not None
    assert (checked.differences[0].stored, checked.differences[0].fresh) == ("forged", "to Lyon")


def test_rows_that_are_missing_or_made_up_are_named() -> None:
    gone, _ = packed("cup"), packed("moon")
    catch_up()
    ParcelRow.objects.filter(id=gone).delete()
    ItemCount.objects.create(item="never packed", count=7, position=1)
    assert set(found()) == {
        ("sample_parcel", str(gone), ""),
        ("sample_item_count", "never packed", ""),
    }


def test_a_read_model_that_is_only_late_has_not_drifted() -> None:
    packed("cup", "moon")
    assert found() == []


def test_a_check_goes_on_from_the_last_one_and_finds_what_changed_since() -> None:
    first = packed("cup")
    catch_up()
    assert found(fresh=False) == []
    second = packed("moon")
    catch_up()
    ParcelRow.objects.filter(id__in=[first, second]).update(item_count=9)
    assert sorted(found(fresh=False)) == sorted(
        ("sample_parcel", str(each), "item_count") for each in (first, second)
    )
    ParcelRow.objects.update(item_count=1)
    assert found(fresh=False) == []


def test_a_check_without_time_left_says_nothing_and_is_gone_on_with() -> None:
    packed("cup")
    assert drift.check(fresh=True, seconds=-1) is None
    catch_up()
    assert found(fresh=False) == []


def test_the_command_shows_the_cells_and_fails() -> None:
    key = packed("cup")
    catch_up()
    said = StringIO()
    call_command("projections", "drift", stdout=said)
    assert "Every cell is what the events make." in said.getvalue()
    ParcelRow.objects.update(item_count=5)
    with pytest.raises(CommandError, match="1 cells differ"):
        call_command("projections", "drift", stdout=said)
    assert str(key)[:8] in said.getvalue()


def test_the_worker_checks_by_itself_and_raises_the_alarm() -> None:
    key = packed("cup")
    catch_up()
    ParcelRow.objects.update(label="forged")
    with transaction.atomic():
        outbox.emit("events.check_drift", key="now")
    # The check, and the mail that it asks for.
    assert relay.drain() == 2
    checked = drift.last_check()
    assert checked is not None
    assert [each.key for each in checked.differences] == [str(key)]
