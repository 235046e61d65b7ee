"""The WSGI application that stands before Django and answers finished pages without it."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache

from events.metrics import count_cache
from frontend.caching.keys import Key, key_of
from frontend.caching.middleware import ASKED, Asked
from frontend.caching.noticing import marks
from frontend.caching.pages import Page, Store, etag_of
from frontend.caching.versions import Versions, needed
from modules.pricing.selectors import next_price_at

type StartResponse = Callable[..., Any]
type Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

log = structlog.stdlib.get_logger("counterfoil.pages")

# Delivery dates move on by themselves, so no page is kept for longer.
KEPT_SECONDS = 300.0
# Whoever waits for another's rendering of the same page renders it after this.
PATIENCE_SECONDS = 2.0
LOG_SECONDS = 60.0
REQUEST_ID = "X-Request-ID"
OF_THIS_REQUEST = frozenset((REQUEST_ID, "Content-Length"))
# Of what is answered there nothing is ever kept.
API = "/api/"


class PageCache:
    """Answers what it has kept, and keeps what Django answers, as long as both are the same."""

    def __init__(self, application: Application, budget_bytes: int) -> None:
        self.application = application
        self.store = Store(budget_bytes)
        self.versions = Versions(marks())
        self.release = release()
        self.counted = {"hits": 0, "shared": 0, "misses": 0, "not_modified": 0}
        self._rendering: dict[Key, threading.Event] = {}
        self._logged_at = time.monotonic()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        key = key_of(environ)
        if key is None:
            return self.application(environ, start)
        number = self.versions.look()
        if number is None:
            return self.application(environ, start)
        if key.path.startswith(API):
            return self.passed_on(environ, start)
        page = self.found(key, number)
        if page is not None:
            self.count("hits")
            self.say_how_it_goes()
            return self.answer(page, environ, start)
        return self.render(key, number, environ, start)

    def passed_on(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Has Django answer, from what it has cached of the shop as it is now."""
        as_new_as = needed.set(self.versions.of_shop())
        try:
            return self.application(environ, start)
        finally:
            needed.reset(as_new_as)

    def found(self, key: Key, number: int) -> Page | None:
        """Returns the page kept under `key` if nothing that it shows has changed since."""
        page = self.store.get(key)
        if page is None or page.number == number:
            return page
        if self.versions.has_passed(page.counts):
            self.store.drop(key, page)
            return None
        page.number = number
        return page

    def render(
        self, key: Key, number: int, environ: dict[str, Any], start: StartResponse
    ) -> Iterable[bytes]:
        """Has Django answer; threads that want the same kept page wait for the first of them."""
        if (event := self._rendering.get(key)) is not None:
            event.wait(PATIENCE_SECONDS)
            if (page := self.found(key, number)) is not None:
                self.count("hits")
                return self.answer(page, environ, start)
        page = self.from_others(key, number)
        if page is not None:
            self.count("shared")
            return self.answer(page, environ, start)
        asked = environ[ASKED] = Asked()
        event = self._rendering.setdefault(key, threading.Event())
        as_new_as = needed.set(self.versions.of_shop())
        try:
            answer = self.application(environ, start_later := Later(start))
            if asked.body is None:
                start_later.go()
                return answer
            close = getattr(answer, "close", None)
            if close is not None:
                close()
            self.count("misses")
            page = self.keep(key, number, asked)
        finally:
            needed.reset(as_new_as)
            event.set()
            self._rendering.pop(key, None)
        own = [each for each in asked.headers if each[0] == REQUEST_ID]
        return self.answer(page, environ, start, *own)

    def keep(self, key: Key, number: int, asked: Asked) -> Page:
        """Returns the page, kept if it is known that nothing changed while it was rendered."""
        body = asked.body or b""
        headers = tuple(each for each in asked.headers if each[0] not in OF_THIS_REQUEST)
        page = Page(headers, body, etag_of(body), {}, time.time() + KEPT_SECONDS, number)
        if not asked.keep or not self.store.budget_bytes:
            return page
        counts = self.versions.still(number, asked.scopes)
        if counts is None:
            return page
        page.counts = counts
        if (due := next_price_at()) is not None:
            page.until = min(page.until, due.timestamp())
        self.store.put(key, page)
        if not key.query:
            cache.set(self.name(key), packed(page), max(1.0, page.until - time.time()))
        return page

    def from_others(self, key: Key, number: int) -> Page | None:
        """Returns what another process has rendered, so that a new process need not."""
        if key.query or not self.store.budget_bytes:
            return None
        found = cache.get(self.name(key))
        page = unpacked(found) if isinstance(found, bytes) else None
        if page is None or page.until <= time.time() or self.versions.has_passed(page.counts):
            return None
        page.number = number
        self.store.put(key, page)
        return page

    def name(self, key: Key) -> str:
        text = json.dumps([self.release, self.versions.epoch, *key])
        return f"page:{sha256(text.encode()).hexdigest()}"

    def answer(
        self, page: Page, environ: dict[str, Any], start: StartResponse, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        headers = [*page.headers, ("ETag", page.etag), *more]
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and page.etag in known and settings.PAGE_VALIDATORS:
            self.counted["not_modified"] += 1
            start("304 Not Modified", headers)
            return []
        coding, body = page.encoded(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if coding:
            headers.append(("Content-Encoding", coding))
        headers.append(("Content-Length", str(len(body))))
        start("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def count(self, outcome: str) -> None:
        self.counted[outcome] += 1
        count_cache("page", hit=outcome != "misses")

    def say_how_it_goes(self) -> None:
        """Writes one line a minute: a line for each of these answers would cost more than it."""
        now = time.monotonic()
        if now - self._logged_at > LOG_SECONDS:
            self._logged_at = now
            log.info("pages", **self.counted, kept=len(self.store), bytes=self.store.bytes)


class Later:
    """Keeps back what Django would start to answer, until it is known who answers."""

    def __init__(self, start: StartResponse) -> None:
        self.start = start
        self.arguments: tuple[Any, ...] = ()

    def __call__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def go(self) -> None:
        self.start(*self.arguments)


def packed(page: Page) -> bytes:
    """Returns a page as JSON and its body, for the cache that all processes share."""
    facts = json.dumps([page.headers, page.etag, dict(page.counts), page.until]).encode()
    return len(facts).to_bytes(4) + facts + page.body


def unpacked(found: bytes) -> Page | None:
    """Returns the page, or None for bytes that were written by somebody else."""
    end = 4 + int.from_bytes(found[:4])
    try:
        headers, etag, counts, until = json.loads(found[4:end])
    except ValueError:
        return None
    return Page(tuple((name, value) for name, value in headers), found[end:], etag, counts, until)


def release() -> str:
    """Returns a name of code, templates and addresses: pages of another one look different."""
    digest = sha256(f"{settings.PUBLIC_URL} {settings.STATIC_URL}".encode())
    for folder in ("frontend", "modules"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*.[ph][yt]*")):
            found = path.stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
