"""Moments far from any turn: what is counted by the minute or the hour starts anew at one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import time_machine

from modules.kernel.clock import now


@contextmanager
def between_turns() -> Iterator[None]:
    """Sets the clock ahead to a time after which no minute ends for most of a minute.

    Ahead, because what was listed or granted before has to be in force. The clock goes on from
    there. A test that counts up to a limit would otherwise fail whenever it happens to run across
    the end of the minute, of the ten minutes or of the hour.
    """
    moment = now().replace(minute=35, second=5, microsecond=0)
    if moment < now():
        moment += timedelta(hours=1)
    with time_machine.travel(moment):
        yield
