"""Redis dies, forgets, fills up or freezes: effects are late, never lost, never doubled."""

import signal
import time

import pytest

from events.database import fetch
from tests.faults.stage import Stage
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

BOTH = ("faults.deliver", "faults.count")


def test_17_redis_killed_under_work_costs_no_effect(stage: Stage) -> None:
    stage.worker()
    stage.ask(8, *BOTH, before=0.05)
    stage.wait_for("begun", stage.random.randint(1, 10))
    stage.redis.kill()
    stage.ask(3, *BOTH)
    stage.pause(1)
    stage.redis.start()
    stage.wait_for_all()
    stage.require_one_effect_each()


def test_18_a_redis_that_forgets_everything_costs_no_effect(stage: Stage) -> None:
    stage.worker()
    stage.ask(8, *BOTH, before=0.05)
    for _ in range(3):
        stage.pause(0.3)
        stage.redis.client.flushall()
    stage.wait_for_all()
    stage.require_one_effect_each()


def test_19_a_full_redis_keeps_effects_waiting_in_the_outbox(stage: Stage) -> None:
    stage.redis.client.config_set("maxmemory", "1mb")
    stage.worker()
    asked = stage.ask(stage.random.randint(1, 8), *BOTH)
    wait_until(lambda: "relay waits for the broker" in stage.log.read_text(), "a loud refusal")
    rows = fetch("SELECT sent_at, attempts FROM es.outbox WHERE id = ANY (%s)", (asked,))
    assert rows == [(None, 0)] * len(asked)
    stage.redis.client.config_set("maxmemory", "0")
    stage.wait_for_all()
    stage.require_one_effect_each()


def test_20_an_effect_that_fails_while_redis_is_down_is_tried_again(stage: Stage) -> None:
    stage.worker()
    (asked,) = stage.ask(1, "faults.stumble")
    stage.wait_for("begun")
    stage.redis.kill()
    stage.world.allow()
    wait_until(
        lambda: fetch("SELECT last_error FROM es.outbox WHERE id = %s", (asked,))[0][0],
        "the failure in PostgreSQL",
    )
    stage.pause(1)
    stage.redis.start()
    stage.wait_for_all()
    stage.require_one_effect_each()
    # Two, unless the machine stood still for as long as a lease.
    [(attempts,)] = fetch("SELECT attempts FROM es.outbox WHERE id = %s", (asked,))
    assert attempts >= 2


def test_21_a_frozen_redis_doubles_messages_and_no_effect(stage: Stage) -> None:
    stage.worker()
    stage.ask(5, *BOTH, before=0.05)
    stage.wait_for("begun", stage.random.randint(1, 5))
    stage.redis.process.send_signal(signal.SIGSTOP)
    stage.ask(3, *BOTH)
    # The last of twenty takes the minute and a half that the fault is described with.
    time.sleep(90 if stage.seed == 19 else stage.random.uniform(1.5, 3))
    stage.redis.process.send_signal(signal.SIGCONT)
    stage.wait_for_all()
    stage.require_one_effect_each()
