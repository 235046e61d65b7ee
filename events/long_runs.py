"""What a run over years of events can leave out for its own time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError

from events.database import execute

# Objects made before the first look for cycles, and looks before a deeper one.
COLLECTIONS = (50_000, 20, 1_000)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Lets Python look for cycles seldom: a quarter of the time went into looking for none.

    It holds for the whole process; two at a time in one process would restore each other's.
    """
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def no_waiting_for_the_disk() -> Iterator[None]:
    """Lets commits of this connection return before they are on the disk.

    A machine that goes down may lose the newest batches, whole and in their order: for runs that
    find out when they are started again, and do those once more.
    """
    execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        # After an error there may be no connection to set it on, and then it needs no setting.
        with suppress(DatabaseError):
            execute("RESET synchronous_commit")
