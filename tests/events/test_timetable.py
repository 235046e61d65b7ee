"""Effects that come round: once in each period, however many workers ask."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction

from events import outbox, relay, timetable
from events.commands import forget_commands
from events.database import fetch
from events.timetable import ask_for_due, periodic
from modules.kernel.clock import now

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
runs: list[UUID] = []


@periodic("sample.sweep", every=timedelta(days=1))
def sweep(effect_id: UUID) -> None:
    """Sweeps."""
    runs.append(effect_id)


@pytest.fixture(autouse=True)
def _only_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.clear()
    monkeypatch.setattr(timetable, "_periods", {"sample.sweep": timedelta(days=1)})


def test_what_comes_round_daily_runs_once_a_day_however_often_it_is_asked_for() -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            ask_for_due()
            relay.drain()
    assert len(runs) == 1
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        ask_for_due()
        relay.drain()
    assert len(set(runs)) == 2


def test_days_without_a_worker_are_not_made_up_for() -> None:
    for day in (0, 10):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            ask_for_due()
            relay.drain()
    assert len(runs) == 2


def test_the_next_run_is_a_row_with_its_due_time_and_missed_ones_are_taken_back() -> None:
    for day in (0, 3):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            ask_for_due()
            relay.drain()
            due = fetch("SELECT due_at FROM es.outbox WHERE done_at IS NULL")
            midnight = NOON.replace(hour=0) + timedelta(days=day + 1)
            assert due == [(midnight,)]


def test_effects_that_were_done_long_ago_are_forgotten_and_open_ones_never() -> None:
    with transaction.atomic():
        outbox.emit("sample.sweep", key="done")
    relay.drain()
    with transaction.atomic():
        waiting = outbox.emit("sample.sweep", key="waiting", due_at=now() + timedelta(days=1))
    assert outbox.forget_effects(before=now()) == 1
    assert fetch("SELECT id FROM es.outbox") == [(waiting,)]


def test_the_store_cleans_up_after_itself_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetable, "_periods", {"events.forget": timedelta(days=1)})
    fetch(
        "INSERT INTO es.command (tenant_id, command_id, name, fingerprint, result, recorded_at)"
        " VALUES (1, %s, 'sample', '', 'null', %s) RETURNING true",
        (uuid4(), now() - timedelta(days=31)),
    )
    ask_for_due()
    relay.drain()
    assert forget_commands(before=now()) == 0
