"""Parts of pages, kept by what they show: what is drawn of the same content is the same.

A key is the content itself, so nothing here can be out of date and nothing has to be forgotten
but for room.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString

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


_drawn: dict[Hashable, SafeString] = {}


def drawn(template: str, key: Hashable, context: Mapping[str, Any]) -> SafeString:
    """Returns the template's text, drawn once for each `key`, which names all that it shows."""
    whole = (template, key)
    found = _drawn.get(whole)
    count_cache("fragment", hit=found is not None)
    if found is None:
        found = SafeString(get_template(template).render(dict(context)))
        if settings.FRAGMENT_CACHE:
            forget_oldest(_drawn)
            _drawn[whole] = found
    return found


def forget_oldest(kept: dict[Any, Any]) -> None:
    """Makes room for one more; threads may race for the same one."""
    while len(kept) >= MOST:
        kept.pop(next(iter(kept), None), None)


def forget_all() -> None:
    """Has everything drawn anew, for tests that change templates or settings."""
    _drawn.clear()
