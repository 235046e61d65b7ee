"""Working ahead changes the time it takes, and nothing else."""

import threading
from collections.abc import Iterator
from decimal import getcontext, localcontext

import pytest

from config.history.ahead import READY, ahead


def counted(made: list[int]) -> Iterator[int]:
    for number in range(100):
        made.append(number)
        yield number


def running() -> bool:
    return any(thread.name == "ahead" for thread in threading.enumerate())


def test_items_come_in_their_order() -> None:
    with ahead(counted([])) as items:
        assert list(items) == list(range(100))
    assert not running()


def test_only_a_few_items_are_made_ahead() -> None:
    made: list[int] = []
    with ahead(counted(made)) as items:
        assert next(items) == 0
        assert len(made) <= READY + 3
    assert not running()


def test_what_fails_there_fails_here() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"), ahead(broken()) as items:
        assert list(items) == [1]
    assert not running()


def test_whoever_fails_here_leaves_nothing_running_there() -> None:
    def fail(items: Iterator[int]) -> None:
        raise ValueError(f"{next(items)} is enough")

    with pytest.raises(ValueError, match="is enough"), ahead(counted([])) as items:
        fail(items)
    assert not running()


def test_it_counts_as_exactly_there_as_here() -> None:
    def precisions() -> Iterator[int]:
        yield getcontext().prec

    with localcontext(prec=77), ahead(precisions()) as items:
        assert list(items) == [77]
