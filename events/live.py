"""Waking whoever waits for new events: a NOTIFY after the commit, and a poll as the net."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import structlog
from django.db import connection

from events.database import execute

log = structlog.get_logger(__name__)

CHANNEL = "counterfoil_events"
# A wake-up may be lost (a pooler, a restart); then this is the delay, not the loss of an event.
POLL_SECONDS = 0.25
# The shortest time from one wake-up to the next. The first news after silence is told at once; of
# a stream of them a look at ten events costs what a look at one does.
PACE_SECONDS = 0.1


def notify() -> None:
    """Wakes every listener of every process. Costs a round trip, so call it after the commit."""
    execute(f"NOTIFY {CHANNEL}")


def address() -> dict[str, Any]:
    """Returns psycopg's parameters for a connection of one's own to Django's database."""
    # The rest configures Django's cursors, and means nothing to a bare connection.
    ours = {"cursor_factory", "context", "prepare_threshold"}
    parameters = connection.get_connection_params()
    return {key: value for key, value in parameters.items() if key not in ours}


class Waiter:
    """A thread's own wake-up: `wait()` returns on news, after the poll interval, or on stop."""

    def __init__(self) -> None:
        self._listener: psycopg.Connection[Any] | None = None
        self._rests_until = 0.0

    def wait(self, stop: threading.Event, seconds: float = POLL_SECONDS) -> None:
        """Waits at most `seconds`, after a rest of `PACE_SECONDS` since the last news.

        A lost connection only makes it poll until it is back.
        """
        started = time.monotonic()
        if started < self._rests_until:
            stop.wait(self._rests_until - started)
            started = time.monotonic()
        try:
            if self._listener is None:
                self._listener = psycopg.connect(**address(), autocommit=True)
                self._listener.execute(f"LISTEN {CHANNEL}")
                return
            # All that has arrived by then is taken at once, so that none of it wakes again.
            for _ in self._listener.notifies(timeout=seconds, stop_after=1):
                self._rests_until = time.monotonic() + PACE_SECONDS
        except psycopg.OperationalError as error:
            log.warning("wake-up connection lost, polling", error=str(error))
            self.close()
            stop.wait(max(0.0, seconds - (time.monotonic() - started)))

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


async def heard(news: asyncio.Event, seconds: float) -> bool:
    """Waits for news; True if there was some, False after so many seconds without."""
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False
    finally:
        news.clear()


class Hub:
    """One listening connection for a whole event loop, fanned out to any number of streams."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    async def wakeups(self) -> AsyncIterator[bool]:
        """Yields True at once and at each wake-up, False at each poll, until the consumer goes."""
        news = asyncio.Event()
        self._waiting.add(news)
        if self._task is None:
            self._task = asyncio.create_task(self._listen())
        try:
            told = True
            while True:
                yield told
                told = await heard(news, POLL_SECONDS)
        finally:
            self._waiting.discard(news)
            if not self._waiting:
                self._task.cancel()
                self._task = None

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **address(), autocommit=True
                ) as listener:
                    await listener.execute(f"LISTEN {CHANNEL}")
                    while True:
                        # All that has arrived by then counts as one.
                        async for _ in listener.notifies(stop_after=1):
                            for news in self._waiting:
                                news.set()
                        await asyncio.sleep(PACE_SECONDS)
            except psycopg.OperationalError as error:
                log.warning("wake-up connection lost, polling", error=str(error))
                await asyncio.sleep(1)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def listen() -> AsyncIterator[bool]:
    """Yields at once, then whenever there may be new events, at least every 250 ms.

    True says that somebody committed events, False that it is only time for another look. All
    listeners of an event loop share one database connection. The consumer reads the log itself
    after each wake-up; a wake-up carries nothing and promises nothing.
    """
    return _hubs.setdefault(asyncio.get_running_loop(), Hub()).wakeups()
