"""Where a script's time goes: in PostgreSQL, in which layer of Python, or in waiting for the disk.

A signal comes at each millisecond of processor time and notes the stack; the innermost frame that
some layer knows names where the millisecond went. Unlike cProfile that costs next to nothing, so
that many small functions do not look slower than they are.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.db import connection

SAMPLED_EVERY_SECONDS = 0.001
# The first part of a file's path that fits, from the innermost frame outwards.
LAYERS = (
    ("/psycopg", "driver"),
    ("/cachalot/", "query cache"),
    ("/django/db/", "ORM"),
    ("/pydantic", "parsing and serialising"),
    ("/ninja/", "parsing and serialising"),
    ("/config/api_bodies", "parsing and serialising"),
    ("/structlog/", "logging"),
    ("/logging/", "logging"),
    ("/django/template/", "templates"),
    ("/frontend/", "templates"),
    ("/tests/bench/", "test client"),
    ("/django/test/", "test client"),
    ("/django/", "framework and middleware"),
    ("/whitenoise/", "framework and middleware"),
    ("/allauth/", "framework and middleware"),
    ("/django_htmx/", "framework and middleware"),
    ("/config/", "framework and middleware"),
    ("/events/", "events"),
    ("/modules/pricing/", "pricing"),
    ("/modules/promotions/", "pricing"),
    ("/modules/", "other modules"),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of one run, by what they were spent on; `waiting` is all the rest."""

    whole: float
    python: float
    postgresql: float
    layers: dict[str, float]

    @property
    def waiting(self) -> float:
        return max(0.0, self.whole - self.python - self.postgresql)


def spent(run: Callable[[], None], times: int) -> Spent:
    """Runs something several times and returns where one run's time went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    with sampled() as samples:
        began, python, server = time.perf_counter(), time.process_time(), on_processor(backend)
        for _ in range(times):
            run()
        whole = time.perf_counter() - began
        python = time.process_time() - python
        server = on_processor(backend) - server
    total = sum(samples.values()) or 1
    each = 1000 / times
    return Spent(
        whole=whole * each,
        python=python * each,
        postgresql=server * each,
        layers={name: python * each * count / total for name, count in samples.most_common()},
    )


def on_processor(pid: int) -> float:
    """Returns for how many seconds a process has been on a processor, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """Counts within the block which layer was at work at each millisecond of processor time."""
    counts: Counter[str] = Counter()

    def note(_: int, frame: FrameType | None) -> None:
        counts[layer(frame)] += 1

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, SAMPLED_EVERY_SECONDS, SAMPLED_EVERY_SECONDS)
    try:
        yield counts
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def layer(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        for part, name in LAYERS:
            if part in path:
                return name
        frame = frame.f_back
    return "other"
