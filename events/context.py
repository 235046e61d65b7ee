"""Who acts, on whose behalf and why: the ambient facts stamped on every event of a command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from modules.kernel.identity import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Stamped on events: `actor` names who acts (`customer:<id>`, `guest`, `staff:<id>`, `system`).

    `command_id` makes a repeated command return its first answer; `correlation_id` joins all that
    one request caused; `causation_id` is the event or message that caused this command;
    `effective_at` is when the fact became true in the world (None: when it was recorded).
    """

    actor: str = "system"
    command_id: UUID | None = None
    correlation_id: UUID = field(default_factory=new_id)
    causation_id: UUID | None = None
    effective_at: datetime | None = None


_current: ContextVar[Context | None] = ContextVar("counterfoil_context", default=None)


def current_context() -> Context:
    return _current.get() or Context()


@contextmanager
def acting(**changes: object) -> Iterator[Context]:
    """Runs a block under the current context with `changes` (the fields of `Context`)."""
    context = replace(current_context(), **changes)  # type: ignore[arg-type]
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


_notes: ContextVar[dict[str, str] | None] = ContextVar("counterfoil_notes", default=None)


@contextmanager
def noting() -> Iterator[dict[str, str]]:
    """Yields what commands of the block note about themselves, for the line that is logged of it.

    It is what the last of them noted: its name, and its order's id.
    """
    notes: dict[str, str] = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note(**names: str) -> None:
    """Notes ids for the line of the request or effect that is going on, if one is."""
    notes = _notes.get()
    if notes is not None:
        notes.update(names)


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class ActorMiddleware:
    """Names the signed-in user, or `guest`, as the actor of everything a request does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # One id joins all that a request causes: the log's middleware has given it.
        with acting(actor=self.actor(request)):
            return self.get_response(request)

    def actor(self, request: HttpRequest) -> str:
        # Reading the user costs a query; a safe request records nothing, so it needs no name.
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return "guest"
        role = "staff" if request.user.is_staff else "customer"
        return f"{role}:{request.user.pk}"
