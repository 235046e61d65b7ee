"""Works ahead in a process of its own, which has an interpreter and a processor to itself.

A long file is worth the seconds that a second process takes to start; a short one is not, and is
read ahead by a thread (`config.history.ahead`).
"""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import django
from django.utils.module_loading import import_string

# How long a process that was told to end may take, before it is ended.
END_SECONDS = 5.0

_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class _End:
    """There is nothing more, for this reason if there is one."""

    error: BaseException | None = None


class Flag:
    """A yes or no that both processes see at once; `threading.Event` as far as it is used."""

    def __init__(self) -> None:
        self._event = _CONTEXT.Event()

    def set(self) -> None:
        self._event.set()

    def clear(self) -> None:
        self._event.clear()

    def is_set(self) -> bool:
        return self._event.is_set()


@contextmanager
def beside(make: str, *arguments: object) -> Iterator[Iterator[Any]]:
    """Yields what the function of this dotted name yields in another process, an item ahead.

    What goes in and comes out can be pickled; what goes in, before Django is set up there. What is
    raised there is raised where the item would have been. The process has ended when the block
    has, and ends by itself should this one be killed.
    """
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    maker = _CONTEXT.Process(target=_make, args=(theirs, make, arguments), name="beside")
    maker.daemon = True
    maker.start()
    theirs.close()
    try:
        yield _taken(ours)
    finally:
        ours.close()
        maker.join(END_SECONDS)
        if maker.is_alive():
            maker.kill()
            maker.join()


def _taken(ours: Connection) -> Iterator[Any]:
    while not isinstance(item := _received(ours), _End):
        yield item
    if item.error is not None:
        raise item.error


def _received(ours: Connection) -> object:
    try:
        return ours.recv()
    except EOFError:
        return _End(RuntimeError("the process that reads ahead was ended by something else"))


def _make(theirs: Connection, make: str, arguments: tuple[object, ...]) -> None:
    # Ctrl-C reaches both processes; the other one ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = _End()
    # Nobody listens any more: the other process has ended the block, or was killed.
    with suppress(BrokenPipeError):
        try:
            django.setup()
            for item in import_string(make)(*arguments):
                theirs.send(item)
        except BrokenPipeError:
            raise
        except BaseException as error:
            end = _End(error)
        theirs.send(end)
