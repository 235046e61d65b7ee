"""Spans, for whoever wants to see where time went: without a tracer they cost next to nothing.

`config.telemetry` installs a tracer where one is asked for; this module imports none. A trace's id
is the correlation id, which the outbox carries anyway: a request and its mails are one trace.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

_nothing: AbstractContextManager[Any] = nullcontext()


class Tracer(Protocol):
    """Makes spans; `attributes` hold no personal data. What a span yields is OpenTelemetry's."""

    def span(self, kind: str, attributes: dict[str, Any]) -> AbstractContextManager[Any]: ...

    def flush(self) -> None: ...


class _Installed:
    # Built by the process that uses it: its thread would not survive a fork.
    make: Callable[[], Tracer] | None = None
    tracer: Tracer | None = None


def install(make: Callable[[], Tracer] | None) -> None:
    """Has the first span of each process build the tracer; None switches tracing off."""
    _Installed.make, _Installed.tracer = make, None


def is_on() -> bool:
    return _Installed.make is not None


def span(kind: str, **attributes: Any) -> AbstractContextManager[Any]:
    """Returns a span around a block: `request`, `command`, `SQL`, `effect` or `provider`.

    It yields None where nothing is traced.
    """
    if _Installed.make is None:
        return _nothing
    if _Installed.tracer is None:
        _Installed.tracer = _Installed.make()
    return _Installed.tracer.span(kind, attributes)


def flush() -> None:
    """Sends what was not sent yet, before the process ends."""
    if _Installed.tracer is not None:
        _Installed.tracer.flush()
