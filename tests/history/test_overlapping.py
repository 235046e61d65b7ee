"""What is decided ahead of the database is what would have been decided in its turn."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction

from config.history import storing
from config.history.planning import Plan
from config.history.storing import Booking, Recorded, record
from events.bulk import Bulk
from events.database import fetch
from events.errors import VersionConflict
from modules.audit.selectors import verify_all
from tests.history.books import adjusted, bring_in, events, sold
from tests.support.trade_sample import sample, write

pytestmark = pytest.mark.django_db

# What is sealed is sealed under another key and another nonce each time.
SEALED = re.compile(r'"(c|k)":"[^"]*"')


def log() -> list[tuple[object, ...]]:
    """All that an import decides, in the order in which it is stored."""
    rows = fetch(
        "SELECT stream_id, version, event_id, topic, effective_at, correlation_id, payload::text"
        " FROM es.event ORDER BY seq"
    )
    return [(*row[:6], SEALED.sub("", row[6])) for row in rows]


def test_the_log_is_the_same_whether_it_is_decided_ahead_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.history.running.BATCH_LINES", 50)
    with transaction.atomic():
        bring_in(tmp_path)
        decided_ahead = log()
        transaction.set_rollback(True)
    assert not events()
    monkeypatch.setattr("config.history.running.booking", undecided)
    bring_in(tmp_path)
    assert len(decided_ahead) > 500
    assert log() == decided_ahead


def undecided(plan: Plan, *, decide: bool) -> Booking:
    return storing.booking(plan, decide=False)


def test_a_batch_that_lost_a_race_is_decided_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[int] = []
    store = Bulk.store

    def late(bulk: Bulk) -> int:
        added = store(bulk)
        if not lost:
            lost.append(added)
            raise VersionConflict("somebody was faster", stream_id=None, expected_version=0)
        return added

    monkeypatch.setattr(Bulk, "store", late)
    books = bring_in(tmp_path)
    assert lost[0] > 0
    assert events() == books.done.events
    assert (sold(), adjusted()) == (books.amount("imported"), books.amount("adjusted"))
    assert verify_all().broken == ()


def test_where_the_database_fails_the_command_says_so_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[Recorded] = []

    def failing(bookings: list[Booking]) -> Recorded:
        if len(batches) == 2:
            raise OperationalError("the disk is full")
        batches.append(record(bookings))
        return batches[-1]

    monkeypatch.setattr("config.history.running.BATCH_LINES", 50)
    monkeypatch.setattr("config.history.running.record", failing)
    with pytest.raises(CommandError, match=r"the disk is full.*start the same command again"):
        call_command("import_history", write(tmp_path / "year.parquet", sample()))
    kept = sum(batch.events for batch in batches)
    assert 0 < kept == events()
    monkeypatch.setattr("config.history.running.record", record)
    books = bring_in(tmp_path)
    assert events() == kept + books.done.events
    assert (sold(), adjusted()) == (books.amount("imported"), books.amount("adjusted"))
