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
    ready: Queue[tuple[T | None, BaseException | None]] = Queue(READY)
    stopped = Event()

    def put(item: T | None, error: BaseException | None = None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                ready.put((item, error), timeout=WAIT_SECONDS)
                return

    def make() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    def taken() -> Iterator[T]:
        while True:
            item, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            assert item is not None
            yield item

    interval = sys.getswitchinterval()
    maker = Thread(target=copy_context().run, args=(make,), name="ahead")
    sys.setswitchinterval(SWITCH_SECONDS)
    maker.start()
    try:
        yield taken()
    finally:
        stopped.set()
        with suppress(Empty):
            ready.get_nowait()
        maker.join()
        sys.setswitchinterval(interval)
