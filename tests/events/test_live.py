"""Wake-ups: soon after a commit, and never needed for correctness."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from events import live
from modules.kernel.identity import new_id
from tests.events.sample import OpenParcel, open_parcel
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

NEVER_SECONDS = 10 * LIMIT_SECONDS


@pytest.fixture(autouse=True)
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than any test: what ends a wait is news, and no busy machine makes it a poll.
    monkeypatch.setattr(live, "POLL_SECONDS", NEVER_SECONDS)


def test_a_committed_command_wakes_every_stream_of_the_process() -> None:
    async def until_woken(stream: AsyncIterator[bool], ready: asyncio.Event) -> float:
        async with aclosing(stream) as wakeups:  # type: ignore[type-var]
            await anext(wakeups)
            ready.set()
            await anext(wakeups)
            return time.monotonic()

    async def scenario() -> float:
        ready = [asyncio.Event(), asyncio.Event()]
        tasks = [asyncio.create_task(until_woken(live.listen(), each)) for each in ready]
        for each in ready:
            await each.wait()
        started = time.monotonic()
        while not all(task.done() for task in tasks):
            await sync_to_async(command_then_close)()
            await asyncio.sleep(0.1)
        return max([await task for task in tasks]) - started

    assert asyncio.run(scenario()) < LIMIT_SECONDS


def command_then_close() -> None:
    open_parcel(OpenParcel(new_id(), "to Lyon"))
    connection.close()


def test_without_news_a_stream_still_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_SECONDS", 0.05)

    async def scenario() -> int:
        turns = 0
        async for _ in live.listen():
            turns += 1
            if turns == 3:
                break
        return turns

    assert asyncio.run(scenario()) == 3


def test_a_waiting_thread_is_woken_by_a_commit() -> None:
    waiter, stop = live.Waiter(), threading.Event()
    try:
        waiter.wait(stop)
        waker = threading.Timer(0.2, command_then_close)
        waker.start()
        started = time.monotonic()
        waiter.wait(stop, seconds=NEVER_SECONDS)
        assert time.monotonic() - started < LIMIT_SECONDS
        waker.join()
    finally:
        waiter.close()


def test_a_waiting_thread_outlives_a_lost_connection() -> None:
    waiter, stop = live.Waiter(), threading.Event()
    try:
        waiter.wait(stop)
        assert waiter._listener is not None
        waiter._listener.close()
        waiter.wait(stop, seconds=0.01)
        waiter.wait(stop, seconds=0.01)
        assert waiter._listener is not None
    finally:
        waiter.close()


def test_news_without_end_wakes_a_thread_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    # So long that no busy machine takes as long between one wake-up and the next wait.
    monkeypatch.setattr(live, "PACE_SECONDS", 2.0)
    waiter, stop = live.Waiter(), threading.Event()
    try:
        waiter.wait(stop)
        for _ in range(20):
            live.notify()
        waiter.wait(stop, seconds=10)
        live.notify()
        started = time.monotonic()
        waiter.wait(stop, seconds=10)
        # It rested, and then took both the rest of the first news and the new one at once.
        assert time.monotonic() - started >= live.PACE_SECONDS / 2
        before = time.monotonic()
        waiter.wait(stop, seconds=0.01)
        waiter.wait(stop, seconds=0.01)
        assert time.monotonic() - before < 10
    finally:
        waiter.close()
