"""Finished pages in this process's memory, within a budget of bytes."""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

import brotli

from frontend.caching.keys import Key

# Below this a packet is not filled either way.
SMALLEST_PRESSED = 1000
# Of dictionaries, keys and objects around each page; measured, rounded up.
OVERHEAD_BYTES = 2000


@dataclass(slots=True, eq=False)
class Page:
    """A finished answer with status 200. `until` is on the wall clock, so that it may travel."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str
    counts: Mapping[str, int]
    until: float
    number: int = 0
    pressed: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.body) + sum(map(len, self.pressed.values())) + OVERHEAD_BYTES

    def encoded(self, accepted: str) -> tuple[str, bytes]:
        """Returns the coding to name and the bytes, pressed once for whoever accepts it.

        Nothing secret stands in a shared page, so that its size gives nothing away.
        """
        if len(self.body) < SMALLEST_PRESSED:
            return "", self.body
        coding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
        if not coding or f"{coding};q=0" in accepted.replace(" ", ""):
            return "", self.body
        known = self.pressed.get(coding)
        if known is None:
            known = (
                brotli.compress(self.body, quality=5)
                if coding == "br"
                else gzip.compress(self.body, compresslevel=6, mtime=0)
            )
            self.pressed[coding] = known
        return coding, known


def etag_of(body: bytes) -> str:
    """Returns a weak validator: the pressed bytes of a page are another form of the same page."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


class Store:
    """Pages by key; when the budget is spent, those asked for longest ago go first."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.bytes = 0
        self._pages: OrderedDict[Key, tuple[Page, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        found = self._pages.get(key)
        if found is None:
            return None
        page = found[0]
        if page.until <= time.time():
            self.drop(key, page)
            return None
        try:
            self._pages.move_to_end(key)
        except KeyError:  # Another thread has just dropped it.
            return None
        return page

    def put(self, key: Key, page: Page) -> None:
        size = page.size * 2 if page.size * 2 <= self.budget_bytes else page.size
        with self._lock:
            self._remove(key)
            # Twice its size: the pressed forms come later.
            self._pages[key] = (page, size)
            self.bytes += size
            while self.bytes > self.budget_bytes and self._pages:
                self._remove(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.bytes = 0

    def drop(self, key: Key, page: Page) -> None:
        """Forgets a page, unless it has been replaced."""
        with self._lock:
            if (found := self._pages.get(key)) is not None and found[0] is page:
                self._remove(key)

    def _remove(self, key: Key) -> None:
        if (found := self._pages.pop(key, None)) is not None:
            self.bytes -= found[1]
