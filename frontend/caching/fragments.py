"""Parts of pages, kept by what they show: what is drawn of the same content is the same.

A key is the content itself, so nothing here can be out of date and nothing has to be forgotten
but for room.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.conf import settings

from events.metrics import count_cache

# Of each kind and process; about 5 kB a card. A shop of more pieces draws the rarer ones anew.
MOST = 1000


class ByIdentity[Thing, Made]:
    """Remembers what was made of a thing that never changes, without comparing what it holds."""

    def __init__(self, make: Callable[[Thing], Made]) -> None:
        self.make = make
        self._made: dict[int, tuple[Thing, Made]] = {}

    def __call__(self, thing: Thing) -> Made:
        found = self._made.get(id(thing))
        # As long as it is kept here, no other thing can have its identity.
        if found is not None and found[0] is thing:
            return found[1]
        made = self.make(thing)
        if settings.FRAGMENT_CACHE:
            forget_oldest(self._made)
            self._made[id(thing)] = (thing, made)
        return made


class ByContent[Thing: Hashable, Made]:
    """Remembers what was made of a thing, for others of the same content too; its hits count."""

    def __init__(self, make: Callable[[Thing], Made]) -> None:
        self.make = make
        self._made: dict[Thing, Made] = {}

    def __call__(self, thing: Thing) -> Made:
        found = self._made.get(thing)
        count_cache("fragment", hit=found is not None)
        if found is None:
            found = self.make(thing)
            if settings.FRAGMENT_CACHE:
                forget_oldest(self._made)
                self._made[thing] = found
        return found


def forget_oldest(kept: dict[Any, Any]) -> None:
    """Makes room for one more; threads may race for the same one."""
    while len(kept) >= MOST:
        kept.pop(next(iter(kept), None), None)
