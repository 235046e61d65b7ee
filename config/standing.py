"""What PostgreSQL knows of how things stand, as metrics: asked at a scrape, kept nowhere."""

from collections.abc import Iterator
from typing import override

from django.db import DatabaseError, InterfaceError, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from events import follower
from events.database import execute, fetch
from events.metrics import PREFIX
from events.standings import standings
from events.store import log_head

# A scrape may not become the load that it reports.
LIMIT_MILLISECONDS = 3000

# Every metric of this file: its name, what it says, and its label if it has one.
GAUGES = {
    "database_up": ("Whether PostgreSQL answered this scrape.", ()),
    "outbox_effects": ("Effects due now, waiting for their time, and given up.", ("state",)),
    "outbox_oldest_due_seconds": ("For how long the oldest due effect has been waiting.", ()),
    "log_events": ("Events in the log, all of them numbered.", ()),
    "projection_lag_events": ("Events that a read model has not folded.", ("projection",)),
    "projection_lag_seconds": ("For how long its next event has waited.", ("projection",)),
    "projection_parked_streams": ("Streams that it could not fold.", ("projection",)),
    "drifted_cells": ("Cells of read models that are not what the events make.", ()),
    "checkpoint_age_seconds": ("Time since the log was signed last.", ()),
    "checkpoint_uncovered_events": ("Events that no signed checkpoint covers.", ()),
    "database_connections": ("Connections to this database by their state.", ("state",)),
    "database_bytes": ("Size of this database.", ()),
}
STATES = ("active", "idle", "idle in transaction", "other")

type Row = tuple[str, tuple[str, ...], float]


class Standing(Collector):
    """Yields every gauge of `GAUGES`; of a database that is away, that it is."""

    @override
    def collect(self) -> Iterator[Metric]:
        families = {
            name: GaugeMetricFamily(f"{PREFIX}_{name}", meaning, labels=labels)
            for name, (meaning, labels) in GAUGES.items()
        }
        for name, values, number in measured():
            families[name].add_metric(values, number)
        for each in families.values():
            if each.samples:
                yield each


def measured() -> list[Row]:
    try:
        with transaction.atomic():
            execute(f"SET LOCAL statement_timeout = {LIMIT_MILLISECONDS}")
            rows = [*outbox(), *log(), *projections(), *database()]
    except (DatabaseError, InterfaceError):
        connection.close()
        return [("database_up", (), 0)]
    return [("database_up", (), 1), *rows]


def outbox() -> Iterator[Row]:
    due, waiting, oldest = fetch(
        "SELECT count(*) FILTER (WHERE due_at <= now()), count(*) FILTER (WHERE due_at > now()),"
        " coalesce(extract(epoch FROM now() - min(due_at)), 0)"
        " FROM es.outbox WHERE done_at IS NULL AND failed_at IS NULL"
    )[0]
    dead = fetch("SELECT count(*) FROM es.outbox WHERE failed_at IS NOT NULL AND done_at IS NULL")[
        0
    ][0]
    yield "outbox_effects", ("due",), due
    yield "outbox_effects", ("waiting",), waiting
    yield "outbox_effects", ("given-up",), dead
    yield "outbox_oldest_due_seconds", (), max(0.0, float(oldest))


def log() -> Iterator[Row]:
    events = log_head()
    yield "log_events", (), events
    signed = fetch(
        "SELECT size, extract(epoch FROM now() - signed_at) FROM es.checkpoint"
        " ORDER BY size DESC LIMIT 1"
    )
    covered, age = signed[0] if signed else (0, 0)
    yield "checkpoint_uncovered_events", (), events - covered
    # A log in which nothing happened since needs no new signature.
    yield "checkpoint_age_seconds", (), float(age) if events > covered else 0
    yield "drifted_cells", (), fetch("SELECT count(*) FROM es.drift")[0][0]


def projections() -> Iterator[Row]:
    parked = follower.parked_streams()
    for each in standings():
        if each.state != "live":
            continue
        name = (each.projection,)
        yield "projection_lag_events", name, each.lag
        behind = follower.seconds_behind(each.position) if each.lag and each.position else 0
        yield "projection_lag_seconds", name, behind
        count = len({row.stream_id for row in parked if row.projection == each.projection})
        yield "projection_parked_streams", name, count


def database() -> Iterator[Row]:
    found = fetch(
        "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() GROUP BY 1"
    )
    counts = dict.fromkeys(STATES, 0)
    for state, count in found:
        counts[state if state in counts else "other"] += count
    for state, count in counts.items():
        yield "database_connections", (state,), count
    yield "database_bytes", (), fetch("SELECT pg_database_size(current_database())")[0][0]
