"""Staff see what comes round, when next and how it went, and have it run at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from events import relay
from events.database import execute, fetch
from events.outbox import effect_id
from events.timetable import EPOCH, ask_for_due, timers
from modules.kernel.clock import now
from tests.frontend.staff.people import text
from tests.support.trade import buy, paid

NAME = "carts.remove_abandoned"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """No period ends while a test runs."""
    with time_machine.travel(now().replace(hour=12, minute=2)):
        yield


def todays() -> object:
    return effect_id(NAME, str((now() - EPOCH) // timedelta(days=1)))


def test_every_timer_says_what_it_does_and_when_it_is_due(staff: Client) -> None:
    words = text(staff.get("/staff/timers/"))
    for each in timers():
        assert each.meaning, each.name
        assert f"{each.name} {each.meaning}" in words
        assert each.due_at > now()


def test_a_timer_is_run_at_once_and_its_outcome_shown(staff: Client) -> None:
    for _ in range(2):
        assert staff.post(f"/staff/timers/{NAME}/run/").status_code == 303
        relay.drain()
    [run] = [each for each in timers() if each.name == NAME]
    assert run.outcome == "done"
    assert run.last_run_at is not None
    assert fetch("SELECT attempts FROM es.outbox WHERE id = %s", (todays(),)) == [(1,)]


def test_a_failed_run_is_shown_with_its_cause(staff: Client) -> None:
    ask_for_due()
    execute(
        "UPDATE es.outbox SET attempts = 8, failed_at = now(), last_error = 'OSError: full'"
        " WHERE id = %s",
        (todays(),),
    )
    assert "failed OSError: full" in text(staff.get("/staff/timers/"))


def test_a_timer_at_work_is_left_alone_and_an_unknown_one_not_found(staff: Client) -> None:
    ask_for_due()
    execute(
        "UPDATE es.outbox SET attempts = 1, sent_at = %s, due_at = %s WHERE id = %s",
        (now(), now() + timedelta(seconds=9), todays()),
    )
    refused = staff.post(f"/staff/timers/{NAME}/run/")
    assert refused.status_code == 409
    assert "running at this moment" in text(refused)
    assert staff.post("/staff/timers/no.such/run/").status_code == 404


def test_what_waits_for_its_moment_is_counted_by_kind(staff: Client) -> None:
    assert "Nothing waits" in text(staff.get("/staff/timers/"))
    buy()
    words = text(staff.get("/staff/timers/"))
    assert "orders.expire_unpaid 1" in words
    assert "notifications.remind_unpaid 1" in words


def test_nothing_waits_for_an_order_that_is_paid_by_invoice(staff: Client) -> None:
    paid(method="invoice")
    assert "Nothing waits" in text(staff.get("/staff/timers/"))
