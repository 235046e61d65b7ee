"""One look at the database for all order pages that are open: which of them have news.

Django gives each request of the live server a thread, and with it a database connection of its own,
for as long as the request lasts; here it lasts as long as a page is open. So streams ask through a
few threads that they share, and only when the one look for all of them says that there is news.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, close_old_connections

from events.live import heard, listen
from frontend.storefront.orders import shown_positions

log = structlog.get_logger(__name__)

# So many connections all streams of a process have together: one may wait while another goes on.
THREADS = 2
# A look without a wake-up: the net for one that got lost.
LOOK_SECONDS = 2.0
# In a busy shop every order wakes everybody; five looks a second are enough.
PAUSE_SECONDS = 0.2
# How long a stream is told nothing at most.
SILENCE_SECONDS = 5.0

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")


async def in_thread[**P, R](work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Does something that waits for the database, in one of the threads that streams share."""
    return await sync_to_async(work, thread_sensitive=False, executor=_threads)(*args, **kwargs)


class Board:
    """The open pages of an event loop, and the task that looks for all of them."""

    def __init__(self) -> None:
        self._pages: dict[UUID, set[asyncio.Event]] = {}
        self._known: dict[UUID, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def moves(self, order_id: UUID) -> AsyncGenerator[bool]:
        news = asyncio.Event()
        self._pages.setdefault(order_id, set()).add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            told = True
            while True:
                yield told
                told = await heard(news, SILENCE_SECONDS)
        finally:
            self._gone(order_id, news)

    def _gone(self, order_id: UUID, news: asyncio.Event) -> None:
        pages = self._pages[order_id]
        pages.discard(news)
        if not pages:
            del self._pages[order_id]
            self._known.pop(order_id, None)
        if not self._pages and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look(self) -> None:
        looked = 0.0
        async for told in listen():
            if not told and time.monotonic() - looked < LOOK_SECONDS:
                continue
            looked = time.monotonic()
            try:
                found = await in_thread(positions, tuple(self._pages))
            except (DatabaseError, InterfaceError) as error:
                log.warning("no look for live pages", error=str(error))
            else:
                self._tell(found)
            await asyncio.sleep(PAUSE_SECONDS)

    def _tell(self, found: dict[UUID, int]) -> None:
        for order_id, position in found.items():
            if order_id in self._pages and position > self._known.get(order_id, 0):
                self._known[order_id] = position
                for news in self._pages[order_id]:
                    news.set()


def positions(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    close_old_connections()
    return shown_positions(order_ids)


_boards: WeakKeyDictionary[asyncio.AbstractEventLoop, Board] = WeakKeyDictionary()


def moves(order_id: UUID) -> AsyncGenerator[bool]:
    """Yields True at once and when what an order's page shows may have changed, else False.

    It yields every five seconds at least. All pages of an event loop share one look, so that it
    costs the database the same for two hundred of them as for one.
    """
    return _boards.setdefault(asyncio.get_running_loop(), Board()).moves(order_id)
