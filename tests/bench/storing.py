"""Measures the store in one process: loads, sequencer, visibility, rebuild, drift; prints JSON.

`python -m tests.bench.storing EVENTS ROUNDS`, as a process of its own with DATABASE_URL, over a log
that may hold a year. Rates are of processor time of this process where it says so; what PostgreSQL
uses is told beside it.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django
from django.db import connection, transaction
from django.db.models import Model

from events import drift, follower, projections
from events.database import execute, fetch
from events.generations import choose
from events.rebuilding import rebuild
from events.repository import load
from events.sequencer import sequence
from events.store import read_sequenced
from tests.bench import notebooks
from tests.bench.figures import percentile
from tests.bench.notebooks import Notebook

STREAM = 10
TRANSACTION = 50
LENGTHS = (10, 100, 1_000)
LOADS = 15
CYCLES = 200
VISIBLE = 120
READ = 8_000
WAIT_SECONDS = 5.0


def main(arguments: list[str]) -> None:
    django.setup()
    events, rounds = int(arguments[0]), int(arguments[1])
    projection = notebooks.read_model()
    projections.register(projection)
    sequence()
    follower.catch_up()
    found = {
        "loads": [loaded(length) for length in LENGTHS],
        "sequencer": [sequenced(events) for _ in range(rounds)],
        "rebuild": rebuilt(),
        "visible": visible(projection.model),
    }
    print(json.dumps(found))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Returns the wall clock's and this process's seconds of a piece of work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}


def typical_ms(work: Callable[[], object], times: int) -> float:
    work()
    return median(timed(work)["seconds"] for _ in range(times)) * 1000


def loaded(length: int) -> dict[str, Any]:
    """Loads an aggregate of so many events; the yardstick is reading its rows and no more."""
    notebook = notebooks.written(length)
    with transaction.atomic():
        notebooks.record([notebook])
    sql = (
        "SELECT version, topic, payload::text, hash FROM es.event"
        " WHERE tenant_id = 1 AND stream_id = %s ORDER BY version"
    )
    reading = typical_ms(lambda: fetch(sql, (notebook.id,)), LOADS)
    loading = typical_ms(lambda: load(Notebook, notebook.id), LOADS)
    return {"events": length, "ms": loading, "ratio": loading / reading}


def sequenced(events: int) -> dict[str, float]:
    """Numbers so many new events at once, then looks for new ones in vain."""
    for _ in range(0, events, STREAM * TRANSACTION):
        with transaction.atomic():
            notebooks.record([notebooks.written(STREAM) for _ in range(TRANSACTION)])
    numbered = 0

    def catch_up() -> None:
        nonlocal numbered
        numbered = sequence()

    seconds = timed(catch_up)["seconds"]
    idle = typical_ms(sequence, CYCLES)
    return {
        "catch_up_per_second": numbered / seconds,
        "idle_ms": idle,
        "idle_ratio": idle / typical_ms(lambda: fetch("SELECT 1"), CYCLES),
    }


def rebuilt() -> list[dict[str, Any]]:
    """Rebuilds each read model alone and all together, then compares all with a fresh fold.

    The yardstick is reading the same rows of the log and folding none.
    """
    follower.catch_up()
    execute("ANALYZE es.event, es.log")
    names = [each.name for each in choose(())]
    result = [found for name in names if (found := one_rebuild((name,), name))["events"]]
    result.append(one_rebuild((), "all read models"))
    checked = timed(lambda: drift.check(fresh=True))
    whole = result[-1]["events"]
    result.append(rate("drift check, from the first event", whole, checked, result[-1]["reading"]))
    return result


def one_rebuild(names: tuple[str, ...], title: str) -> dict[str, Any]:
    topics = sorted({topic for each in choose(names) for topic in projections.topics(each)})
    reading = timed(lambda: read_all(topics))["seconds"]
    events = 0

    def work() -> None:
        nonlocal events
        events = rebuild(names).events

    used = timed(work)
    return rate(title, events, used, reading)


def rate(title: str, events: int, used: dict[str, float], reading: float) -> dict[str, Any]:
    return {
        "what": title,
        "events": events,
        "seconds": used["seconds"],
        "per_second": events / used["seconds"],
        "per_cpu_second": events / used["cpu_seconds"],
        "reading": reading,
        "ratio": reading / used["seconds"],
    }


def read_all(topics: list[str]) -> None:
    position = 0
    while rows := read_sequenced(position, READ, topics):
        position = rows[-1].position or 0


def visible(model: type[Model]) -> dict[str, float]:
    """Appends one event at a time; returns how long until its row is there, by a follower."""
    stop = threading.Event()
    thread = threading.Thread(target=follower.run_forever, args=(stop,))
    thread.start()
    waits, appends = [], []
    try:
        for _ in range(VISIBLE):
            notebook, began = notebooks.written(1), time.perf_counter()
            with transaction.atomic():
                notebooks.record([notebook])
            done = time.perf_counter()
            appends.append((done - began) * 1000)
            while not model._default_manager.filter(pk=notebook.id).exists():
                if time.perf_counter() - done > WAIT_SECONDS:
                    raise RuntimeError("an event did not become visible")
                time.sleep(0.0005)
            waits.append((time.perf_counter() - done) * 1000)
    finally:
        stop.set()
        thread.join()
        connection.close()
    p50, p99 = percentile(waits, 50), percentile(waits, 99)
    return {"p50_ms": p50, "p99_ms": p99, "append_ms": median(appends)}


if __name__ == "__main__":
    main(sys.argv[1:])
