"""The shop ends as a whole, and a start after a killed run puts things right by itself."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Shop
from tests.support.waiting import wait_until


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    shop = Shop(folder / "data")
    yield shop
    shop.stop()
    for process in shop.processes():
        process.kill()


def test_a_command_stops_the_database_that_it_started(shop: Shop) -> None:
    ended = shop.manage("showmigrations", "customers")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert shop.processes() == []


def test_a_shop_stopped_while_it_starts_leaves_nothing_behind(shop: Shop) -> None:
    shop.start().wait_for("Preparing")
    shop.signal(signal.SIGTERM)
    assert shop.wait_for_end() == 0, shop.said()
    assert shop.processes() == []


def test_a_stopped_shop_leaves_nothing_behind(shop: Shop) -> None:
    shop.start().wait_for("Ready after")
    assert shop.processes()
    shop.signal(signal.SIGINT)
    assert shop.wait_for_end() == 0, shop.said()
    assert shop.processes() == []
    assert "Stopped." in shop.said()
    assert "Traceback" not in shop.said()


def test_the_start_after_a_killed_run_recovers(shop: Shop) -> None:
    shop.start().wait_for("Ready after")
    shop.signal(signal.SIGKILL)
    shop.wait_for_end()
    orphans = [process for process in shop.processes() if process.name() != "postgres"]
    assert orphans

    said = shop.start().wait_for("Ready after")

    assert "that an earlier run left behind" in said
    assert not [process for process in orphans if process.is_running()]
    assert shop.get("/healthz")[0] == 200

    shop.signal(signal.SIGKILL)
    shop.wait_for_end()
    for process in shop.processes():
        process.kill()
    wait_until(lambda: not shop.processes(), "the end of all that was killed")
    assert (shop.data / "postgres" / "postmaster.pid").exists()

    shop.start().wait_for("Ready after")

    assert shop.get("/healthz")[0] == 200
