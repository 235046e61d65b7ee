"""Live streams of the auditor's pages: the log's newest events, and how far a run is."""

import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from events.live import listen
from events.store import log_head
from frontend.auditor.log import tail_context
from frontend.auditor.runs import run_context
from frontend.live.board import in_thread
from frontend.live.streams import (
    HEARTBEAT_SECONDS,
    MAXIMUM_SECONDS,
    allowed,
    last_seen,
    message,
)
from frontend.live.tickets import Ticket, admitted
from modules.audit.selectors import explore, run
from modules.kernel.errors import DomainError

# A run tells twice a second how far it is, and nobody is woken for it.
RUN_SECONDS = 0.5
# A look without a wake-up: the net for one that got lost.
LOOK_SECONDS = 2.0
# Whoever follows a busy log reads no faster than this.
PAUSE_SECONDS = 0.5


async def log_live(request: HttpRequest, ticket: str) -> HttpResponseBase:
    """Streams the first page of a question to the log, each time an event answers it."""
    return await opened(request, "audit-log-live", ticket)


async def run_live(request: HttpRequest, ticket: str) -> HttpResponseBase:
    """Streams how far a run is, until it has ended."""
    return await opened(request, "audit-run-live", ticket)


async def opened(request: HttpRequest, route: str, ticket: str) -> HttpResponseBase:
    if not isinstance(request, ASGIRequest):
        return HttpResponse("Live streams are served at another address.\n", status=421)
    if request.method == "OPTIONS":
        return allowed(HttpResponse(status=204))
    try:
        found = await in_thread(admitted, route, ticket)
    except DomainError as refusal:
        return allowed(HttpResponse(f"{refusal.message}\n", status=403))
    seen = last_seen(request)
    if route == "audit-run-live":
        return streamed(told(Progress(found), seen, every=RUN_SECONDS))
    look = partial(newest, found)
    return streamed(told(look, seen or found.position, every=LOOK_SECONDS))


# Given the last position seen, returns the newest one, the part of the page if there is news (else
# nothing), and whether no more will ever come.
type Look = Callable[[int], tuple[int, str, bool]]


def streamed(messages: AsyncIterator[bytes]) -> HttpResponseBase:
    response = StreamingHttpResponse(messages, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return allowed(response)


async def told(look: Look, seen: int, *, every: float) -> AsyncIterator[bytes]:
    """Yields what a look finds: after each wake-up, but not more often than is read."""
    started = spoken = looked = time.monotonic()
    waiting = False
    async for woken in listen():
        moment = time.monotonic()
        waiting = waiting or woken
        if moment - started > MAXIMUM_SECONDS:
            return
        if moment - looked > every or (waiting and moment - looked >= PAUSE_SECONDS):
            looked, waiting = moment, False
            seen, body, ended = await in_thread(looked_up, look, seen)
            if body:
                spoken = moment
                yield message(seen, body)
            if ended:
                yield b"event: done\ndata: .\n\n"
                return
        if moment - spoken > HEARTBEAT_SECONDS:
            spoken = moment
            yield b": still here\n\n"


def looked_up(look: Look, seen: int) -> tuple[int, str, bool]:
    close_old_connections()
    return look(seen)


def newest(ticket: Ticket, seen: int) -> tuple[int, str, bool]:
    """Returns the head of the log, and the rows of the page if one of them is newer than `seen`.

    The whole first page and not the new rows alone: so it is as long as ever, and what leads to
    the older events fits its last row.
    """
    # Before the look, so that what is recorded meanwhile is news for the next one.
    head = log_head()
    fresh = explore(ticket.subject, above=seen).events
    if not fresh:
        return head, "", False
    found = explore(ticket.subject)
    body = render_to_string("auditor/log.html#tail", tail_context(ticket.subject, found, seen))
    return max(head, found.events[0].event.position or 0), body, False


class Progress:
    """How far one run is; a look that shows the same as the one before is no news."""

    def __init__(self, ticket: Ticket) -> None:
        self.run_id = UUID(ticket.subject)
        self.shown = ""

    def __call__(self, seen: int) -> tuple[int, str, bool]:
        found = run(self.run_id)
        body = render_to_string("auditor/run.html#progress", run_context(found))
        if body == self.shown:
            return seen, "", False
        self.shown = body
        return seen + 1, body, found.finished_at is not None
