"""Whose turn an effect is: leases that beat, the fence, the bound of the queue, the alarm."""

from datetime import timedelta
from uuid import UUID

import dramatiq
import pytest
import time_machine
from django.db import transaction
from dramatiq.middleware import TimeLimitExceeded

from config.broker import make_broker
from config.redis_broker import HEARTBEAT_MILLISECONDS, MAINTENANCE_CHANCE
from events import effects, outbox, relay, turns
from events.database import execute, fetch
from events.effects import effect
from events.live import POLL_SECONDS
from events.turns import Overtaken, beat, require_turn, turn
from modules.kernel.clock import now

pytestmark = pytest.mark.django_db

went_out: list[UUID] = []


@effect("sample.post")
def post(effect_id: UUID, rival: bool = False) -> None:
    if rival:
        execute("UPDATE es.outbox SET attempts = attempts + 1 WHERE id = %s", (effect_id,))
    require_turn()
    went_out.append(effect_id)


@effect("sample.post_inside", transactional=True)
def post_inside(effect_id: UUID) -> None:
    require_turn()
    went_out.append(effect_id)


@effect("sample.dawdle")
def dawdle(effect_id: UUID) -> None:
    raise TimeLimitExceeded


@effect("sample.doomed", max_attempts=1)
def doomed(effect_id: UUID) -> None:
    raise OSError("no way through")


@pytest.fixture(autouse=True)
def _forget() -> None:
    went_out.clear()


def ask(name: str, key: str = "1", **arguments: bool) -> UUID:
    with transaction.atomic():
        return outbox.emit(name, key=key, due_at=None, **arguments)


def row(identifier: UUID) -> tuple[object, ...]:
    return fetch(
        "SELECT attempts, done_at IS NOT NULL, failed_at IS NOT NULL, last_error"
        " FROM es.outbox WHERE id = %s",
        (identifier,),
    )[0]


def expire(identifier: UUID) -> None:
    execute("UPDATE es.outbox SET due_at = %s WHERE id = %s", (now(), identifier))


def left(identifier: UUID) -> timedelta:
    """Returns how much of a lease is left."""
    remaining: timedelta = (
        fetch("SELECT due_at FROM es.outbox WHERE id = %s", (identifier,))[0][0] - now()
    )
    return remaining


def test_a_lease_is_renewed_while_its_attempt_runs_and_not_after() -> None:
    identifier = ask("sample.post")
    execute("UPDATE es.outbox SET attempts = 1")
    with turn(identifier, 1):
        expire(identifier)
        assert beat() == 1
        assert left(identifier) > turns.LEASE / 2
        expire(identifier)
    assert beat() == 0
    assert left(identifier) <= timedelta(0)


def test_the_timings_leave_a_killed_workers_effect_no_more_than_15_seconds() -> None:
    lease = turns.LEASE.total_seconds()
    assert lease > turns.BEAT_SECONDS * 3
    assert lease + POLL_SECONDS * 2 < 15
    # What was fetched and not begun: the heartbeat, then a worker's idle looks, four a second.
    assert HEARTBEAT_MILLISECONDS / 1000 + 0.25 * 1_000_000 / MAINTENANCE_CHANCE < 15


def test_an_attempt_that_was_overtaken_renews_nothing() -> None:
    identifier = ask("sample.post")
    execute("UPDATE es.outbox SET attempts = 2")
    with turn(identifier, 1):
        assert beat() == 0


def test_an_attempt_that_cannot_be_interrupted_loses_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    identifier = ask("sample.post")
    execute("UPDATE es.outbox SET attempts = 1")
    with turn(identifier, 1):
        monkeypatch.setattr(turns, "LONGEST_SECONDS", -1)
        assert beat() == 0


def test_an_overtaken_attempt_goes_out_no_more_and_leaves_the_row_alone() -> None:
    identifier = ask("sample.post", rival=True)
    assert not effects.perform(identifier, 1)
    assert went_out == []
    assert row(identifier) == (2, False, False, "")


def test_what_an_older_attempt_has_done_meanwhile_is_not_done_again() -> None:
    identifier = ask("sample.post")
    execute("UPDATE es.outbox SET attempts = 2, done_at = now()")
    with turn(identifier, 2), pytest.raises(Overtaken):
        require_turn()


@pytest.mark.parametrize("name", ["sample.post", "sample.post_inside"])
def test_whoever_has_the_turn_goes_out(name: str) -> None:
    identifier = ask(name)
    assert effects.perform(identifier, 1)
    assert went_out == [identifier]


def test_an_attempt_that_takes_too_long_is_recorded_and_tried_again() -> None:
    identifier = ask("sample.dawdle")
    assert not effects.perform(identifier, 1)
    assert row(identifier) == (1, False, False, "TimeLimitExceeded: ")


def test_an_effect_of_a_newer_version_is_tried_again_before_it_is_given_up() -> None:
    identifier = ask("sample.of_tomorrow")
    assert not effects.perform(identifier, 1)
    _, done, failed, error = row(identifier)
    assert (done, failed) == (False, False)
    assert "no effect is declared under the name sample.of_tomorrow" in str(error)


def test_what_is_given_up_is_told_once_a_day_for_each_kind() -> None:
    with time_machine.travel(now().replace(hour=12), tick=False):
        for key in ("1", "2"):
            effects.perform(ask("sample.doomed", key), 1)
    alarms = fetch("SELECT arguments->>'subject', arguments->>'page' FROM es.outbox WHERE actor=%s",
                   (effects.ALARM,))  # fmt: skip
    assert alarms == [("sample.doomed was given up", "/staff/effects/")]


def test_an_alarm_that_cannot_be_sent_raises_no_alarm() -> None:
    identifier = outbox.emit(effects.ALARM, key="nonsense")
    execute("UPDATE es.outbox SET attempts = 100 WHERE id = %s", (identifier,))
    assert not effects.perform(identifier, 101)
    assert fetch("SELECT count(*) FROM es.outbox WHERE actor = %s", (effects.ALARM,)) == [(1,)]


def test_no_more_is_sent_than_the_queue_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "WINDOW", 3)
    before = dramatiq.get_broker()
    dramatiq.set_broker(make_broker(""))
    try:
        for number in range(5):
            ask("sample.post", str(number))
        assert [relay.relay_due(), relay.relay_due()] == [3, 0]
    finally:
        dramatiq.set_broker(before)
    assert fetch("SELECT count(*) FROM es.outbox WHERE sent_at IS NULL") == [(2,)]
