"""Many open order pages cost the database one look, and each is told of its own order only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from uuid import UUID

import pytest
from django.db import OperationalError

from frontend.live import board
from modules.kernel.identity import new_id

PAGES = 200


class World:
    """Stands for the database: who asked for which orders, and where these are."""

    def __init__(self) -> None:
        self.positions: dict[UUID, int] = {}
        self.looks: list[tuple[UUID, ...]] = []
        self.wakeups: asyncio.Queue[bool] = asyncio.Queue()
        self.is_away = False

    def look(self, order_ids: Sequence[UUID]) -> dict[UUID, int]:
        self.looks.append(tuple(order_ids))
        if self.is_away:
            raise OperationalError("the database is away")
        return {each: self.positions[each] for each in order_ids if each in self.positions}

    async def listen(self) -> AsyncIterator[bool]:
        while True:
            yield await self.wakeups.get()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    monkeypatch.setattr(board, "positions", found.look)
    monkeypatch.setattr(board, "listen", found.listen)
    monkeypatch.setattr(board, "PAUSE_SECONDS", 0.0)
    # Nobody is told anything but news within a test.
    monkeypatch.setattr(board, "SILENCE_SECONDS", 600.0)
    return found


def test_two_hundred_open_pages_are_one_look(world: World) -> None:
    orders = [new_id() for _ in range(PAGES)]
    world.positions = dict.fromkeys(orders, 1)

    async def play() -> None:
        pages = [board.moves(each) for each in orders]
        for page in pages:
            assert await anext(page), "each looks for itself when it opens"
        world.wakeups.put_nowait(True)
        for page in pages:
            assert await anext(page)
        for page in pages:
            await page.aclose()

    asyncio.run(play())
    assert [set(each) for each in world.looks] == [set(orders)]


def test_only_the_page_whose_order_moved_is_told(world: World) -> None:
    mine, other = new_id(), new_id()
    world.positions = {mine: 3, other: 5}

    async def play() -> None:
        async with aclosing(board.moves(mine)) as page, aclosing(board.moves(other)) as beside:
            for each in (page, beside):
                await anext(each)
            world.wakeups.put_nowait(True)
            for each in (page, beside):
                await anext(each)
            world.positions[mine] = 4
            world.wakeups.put_nowait(True)
            assert await anext(page)
            waits = asyncio.ensure_future(beside.__anext__())
            # Two more looks have passed when the next order has moved twice.
            for position in (5, 6):
                world.positions[mine] = position
                world.wakeups.put_nowait(True)
                assert await anext(page)
            assert not waits.done()
            waits.cancel()
            await asyncio.gather(waits, return_exceptions=True)

    asyncio.run(play())


def test_a_database_that_is_away_ends_no_page(world: World) -> None:
    order = new_id()

    async def play() -> None:
        async with aclosing(board.moves(order)) as page:
            await anext(page)
            world.is_away = True
            world.wakeups.put_nowait(True)
            while not world.looks:
                await asyncio.sleep(0)
            world.is_away, world.positions[order] = False, 1
            world.wakeups.put_nowait(True)
            assert await anext(page)

    asyncio.run(play())


def test_the_last_page_that_closes_ends_the_looking(world: World) -> None:
    async def play() -> int:
        async with aclosing(board.moves(new_id())) as page:
            await anext(page)
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(play()) == 1
