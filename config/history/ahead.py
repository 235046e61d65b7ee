"""Works ahead: what comes next is prepared while the database writes what came before."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from queue import Empty, Full, Queue
from threading import Event, Thread

# Batches that lie ready: more would only take memory.
READY = 2
WAIT_SECONDS = 0.1
# The thread that talks to the database has little to do and should not wait long for its turn.
SWITCH_SECONDS = 0.0005


@contextmanager
def ahead[T](items: Iterator[T]) -> Iterator[Iterator[T]]:
    """Yields the items in their order, made by a thread of their own, under the same context.

    What the making raises is raised where the item would have been. The thread has ended when the
    block has.
    """
    maker = _Maker(items)
    thread = Thread(target=copy_context().run, args=(maker.make,), name="ahead")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    thread.start()
    try:
        yield maker.taken()
    finally:
        maker.stop()
        thread.join()
        sys.setswitchinterval(interval)


class _Maker[T]:
    """Puts items in a short queue until somebody says stop; the last one put is an exception."""

    def __init__(self, items: Iterator[T]) -> None:
        self.items = items
        self.ready: Queue[T | _End] = Queue(READY)
        self.stopped = Event()

    def make(self) -> None:
        error: BaseException | None = None
        try:
            for item in self.items:
                self.put(item)
                if self.stopped.is_set():
                    return
        except BaseException as raised:
            error = raised
        self.put(_End(error))

    def put(self, item: "T | _End") -> None:
        while not self.stopped.is_set():
            with suppress(Full):
                self.ready.put(item, timeout=WAIT_SECONDS)
                return

    def taken(self) -> Iterator[T]:
        while not isinstance(item := self.ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def stop(self) -> None:
        self.stopped.set()
        with suppress(Empty):
            self.ready.get_nowait()


class _End:
    """There is nothing more, for this reason if there is one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error
