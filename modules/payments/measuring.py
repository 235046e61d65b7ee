"""How long providers take and what comes of it, for every call of every provider alike."""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from events.metrics import count_call
from events.tracing import span
from modules.kernel.errors import DomainError
from modules.payments.domain.provider import Gateway
from modules.payments.domain.reports import Report

OPERATIONS = ("start", "capture", "void", "refund", "find")


def observed(provider: Gateway) -> Gateway:
    """Returns the same provider, each of whose calls is counted, timed and a span of its own."""
    for operation in OPERATIONS:
        setattr(provider, operation, _timed(provider.code, operation, getattr(provider, operation)))
    return provider


def _timed(provider: str, operation: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def timed(*arguments: Any) -> Any:
        with _watched(provider, operation) as said:
            answer = call(*arguments)
            said[0] = answer.kind if isinstance(answer, Report) else "answered"
            return answer

    return timed


@contextmanager
def _watched(provider: str, operation: str) -> Iterator[list[str]]:
    started = time.perf_counter()
    said = ["failed"]
    try:
        with span("provider", provider=provider, operation=operation):
            yield said
    except DomainError as refusal:
        said[0] = refusal.code
        raise
    finally:
        count_call(provider, operation, said[0], time.perf_counter() - started)
