"""Workers die and freeze at the worst moments, and messages multiply: one effect each."""

import time

import pytest

from config.broker import make_broker
from events.database import fetch
from events.effects import message
from tests.faults.conftest import SEEDS
from tests.faults.stage import Stage
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

BOTH = ("faults.deliver", "faults.count")


def test_22_what_a_killed_worker_had_not_done_another_does_once(stage: Stage) -> None:
    first = stage.worker(threads=1)
    stage.ask(1, "faults.deliver", before=60)
    stage.wait_for("begun")
    stage.ask(4, *BOTH)
    stage.pause(0.3)
    stage.kill(first)
    # Whoever takes over needs no minute for it.
    fetch("UPDATE es.outbox SET arguments = '{}' RETURNING true")
    stage.worker()
    stage.wait_for_all()
    stage.require_one_effect_each()


@pytest.mark.parametrize("name", BOTH)
def test_23_a_worker_killed_after_the_effect_and_before_the_mark_leaves_one(
    stage: Stage, name: str
) -> None:
    first = stage.worker()
    stage.ask(1, name, after=60)
    stage.wait_for("done" if name == "faults.deliver" else "counted")
    stage.pause(0.2)
    stage.kill(first)
    fetch("UPDATE es.outbox SET arguments = '{}' RETURNING true")
    stage.worker()
    stage.wait_for_all()
    stage.require_one_effect_each()


def test_24_a_worker_frozen_past_its_lease_is_fenced_when_it_wakes(stage: Stage) -> None:
    first = stage.worker()
    stage.ask(stage.random.randint(1, 2), "faults.irrevocable")
    stage.wait_for("begun", len(stage.asked))
    first.suspend()
    stage.worker()
    stage.wait_for_all()
    stage.world.allow()
    first.resume()
    wait_until(
        lambda: stage.log.read_text().count("effect overtaken") >= len(stage.asked), "the fence"
    )
    stage.require_one_effect_each()
    assert set(stage.world.calls("done").values()) == {1}


def test_25_poison_ends_as_a_dead_letter_with_an_alarm_while_the_rest_flows(stage: Stage) -> None:
    worker = stage.worker()
    (poison,) = stage.ask(1, "faults.poison")
    stage.ask(4, *BOTH, before=0.05)

    def ended() -> bool:
        nonlocal worker
        if not worker.is_running():
            worker = stage.worker()
        return not stage.open()

    wait_until(ended, "the dead letter")
    stage.asked.remove(poison)
    stage.require_one_effect_each()
    # Three, unless the machine stood still for as long as a lease, which costs an attempt.
    assert 0 < stage.world.calls("begun")[poison] <= 3
    [(failed_at, error)] = fetch(
        "SELECT failed_at, last_error FROM es.outbox WHERE id = %s", (poison,)
    )
    assert failed_at is not None
    assert "never heard of again" in error
    alarms = fetch("SELECT arguments->>'subject' FROM es.outbox WHERE actor = 'events.alarm'")
    assert alarms == [("faults.poison was given up",)]


def test_26_messages_tenfold_and_out_of_order_are_one_effect_each(stage: Stage) -> None:
    asked = stage.ask(6, *BOTH)
    broker = make_broker(stage.redis.url)
    messages = [message(each, attempt) for each in asked for attempt in (1, 2, 3)] * 10
    stage.random.shuffle(messages)
    for each in messages:
        broker.enqueue(each)
    broker.close()
    stage.worker(threads=4)
    stage.worker(threads=4)
    stage.wait_for_all()
    wait_until(lambda: not stage.redis.client.llen("dramatiq:effects"), "an empty queue")
    stage.require_one_effect_each()


def test_the_messages_in_a_worker_without_redis_outlive_its_killing(stage: Stage) -> None:
    first = stage.worker(embedded=True)
    stage.ask(8, *BOTH, before=0.05)
    stage.wait_for("begun", stage.random.randint(1, 8))
    stage.kill(first)
    stage.worker(embedded=True)
    stage.wait_for_all()
    stage.require_one_effect_each()


@pytest.mark.skipif(len(SEEDS) == 1, reason="asserts a time: `just faults` plays it")
def test_with_the_shops_own_timings_a_killed_workers_effect_is_back_in_15_seconds(
    stage: Stage,
) -> None:
    if stage.seed:
        pytest.skip("the timings are the same for every seed")
    first = stage.worker(threads=1, lease_seconds=0)
    second = stage.worker(threads=1, lease_seconds=0)
    stage.ask(6, "faults.deliver", after=3)
    stage.wait_for("done", 2)
    stage.kill(first)
    killed_at = time.monotonic()
    stage.kill(second)
    fetch("UPDATE es.outbox SET arguments = '{}' RETURNING true")
    stage.worker(lease_seconds=0)
    stage.wait_for_all()
    seconds = time.monotonic() - killed_at
    print(f"everything was done {seconds:.1f} s after the kill")
    assert seconds < 15
    stage.require_one_effect_each()
