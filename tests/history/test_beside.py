"""A process that works ahead changes the time it takes, and nothing else."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from config.history.beside import beside
from config.importing.reading import FileRefused
from tests.history.books import bring_in, events
from tests.history.test_overlapping import log

HERE = "tests.history.test_beside"


def counted(until: int) -> Iterator[tuple[int, int]]:
    for number in range(until):
        yield number, os.getpid()


def broken() -> Iterator[int]:
    yield 1
    raise FileRefused("the disk is gone")


def ended() -> Iterator[int]:
    yield 1
    os._exit(3)


def running() -> bool:
    return any(each.name == "beside" for each in multiprocessing.active_children())


def test_items_come_in_their_order_from_another_process() -> None:
    with beside(f"{HERE}.counted", 100) as items:
        found = list(items)
    assert [number for number, _ in found] == list(range(100))
    assert {maker for _, maker in found}.isdisjoint({os.getpid()})
    assert not running()


def test_what_fails_there_fails_here() -> None:
    with pytest.raises(FileRefused, match="the disk is gone"), beside(f"{HERE}.broken") as items:
        assert list(items) == [1]
    assert not running()


def test_a_process_that_is_ended_is_not_taken_for_the_end_of_the_file() -> None:
    with pytest.raises(RuntimeError, match="was ended"), beside(f"{HERE}.ended") as items:
        assert list(items) == [1]


def test_whoever_fails_here_leaves_nothing_running_there() -> None:
    def fail(items: Iterator[object]) -> None:
        raise ValueError(f"{next(items)} is enough")

    with pytest.raises(ValueError, match="is enough"), beside(f"{HERE}.counted", 10**9) as items:
        fail(items)
    assert not running()


@pytest.mark.django_db
def test_the_log_is_the_same_whichever_process_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        bring_in(tmp_path)
        decided_here = log()
        transaction.set_rollback(True)
    assert not events()
    monkeypatch.setattr("config.history.running.LONG_FILE_BYTES", {".parquet": 0})
    bring_in(tmp_path)
    assert len(decided_here) > 500
    assert log() == decided_here
