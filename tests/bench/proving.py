"""Fills a log, signs it, exports it and verifies it; prints figures as JSON.

`python -m tests.bench.proving FOLDER EVENTS ROUNDS`, as a process of its own with DATABASE_URL. The
verifier works on one core, so its time is processor time; what waits for PostgreSQL is wall time.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import django
from django.db import transaction

import verify
from events.chain import GENESIS
from events.database import execute, fetch
from events.integrity.checkpoints import latest, take
from events.integrity.merkle import inclusion
from events.integrity.tree import proofs
from events.sequencer import sequence
from events.store import Entry, append_entries
from modules.audit.exporting import Folder, Zip, write_bundle
from modules.kernel.identity import new_id

# About as long as the events of an order are on average.
PAYLOAD = json.dumps(
    {
        "number": "7K3M-9QXA",
        "lines": [{"sku": "MOON-A3", "quantity": 2, "unit_price_minor": 3333, "tax_minor": 1111}],
        "reason": "An event of the size that a fact about an order has on average.",
        "currency": "EUR",
        "total_minor": 10989,
    }
).encode()
STREAM, TRANSACTION, PROOFS = 10, 50, 500
WALL, CPU = time.perf_counter, time.process_time


def main(arguments: list[str]) -> None:
    django.setup()
    folder, events, rounds = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    fill(events)
    sequence()
    found: dict[str, Any] = {"events": events, "figures": []}
    seconds = timed(WALL, lambda: list(iter(take, None)))
    found["figures"].append(figure("checkpointer: read, extend the tree, sign", events / seconds))
    seconds = timed(WALL, lambda: write_bundle(Folder(folder / "bundle")))
    found["figures"].append(figure("export to a folder", events / seconds))
    write_bundle(Zip(folder / "bundle.zip"))
    size = sum(path.stat().st_size for path in (folder / "bundle").iterdir())
    found["bundle_bytes_per_event"] = size / events
    found["zip_bytes_per_event"] = (folder / "bundle.zip").stat().st_size / events
    found["rounds"] = [verified(folder / "bundle", events) for _ in range(rounds)]
    found["figures"] += single_proofs(events)
    print(json.dumps(found))


def figure(what: str, per_second: float) -> dict[str, Any]:
    return {"what": what, "per_second": per_second}


def timed(clock: Callable[[], float], work: Callable[[], object]) -> float:
    began = clock()
    work()
    return clock() - began


def fill(events: int) -> None:
    """Records so many events, in streams of ten."""
    execute("SET synchronous_commit = off")
    entries = [Entry(topic="bench.order.changed.v1", schema_version=1, payload=PAYLOAD)] * STREAM
    for _ in range(0, events, STREAM * TRANSACTION):
        with transaction.atomic():
            for _ in range(TRANSACTION):
                append_entries(
                    new_id(), "bench.order", entries, expected_version=0, previous=GENESIS
                )


def verified(bundle: Path, events: int) -> dict[str, float]:
    """Returns events a second of the verifier, and of nothing but SHA-256 over the same lines."""
    lines = (bundle / "events.jsonl").read_bytes().splitlines()
    bare = timed(CPU, lambda: digests(lines))
    whole = timed(CPU, lambda: verify.verify(bundle, verify.Question()))
    return {"sha256": events / bare, "verifier": events / whole}


def digests(lines: Iterable[bytes]) -> None:
    for line in lines:
        hashlib.sha256(line).digest()


def single_proofs(events: int) -> list[dict[str, Any]]:
    places = Random(1).sample(range(events), min(events, PROOFS))
    built: list[list[bytes]] = []

    def build() -> None:
        for place in places:
            built.extend(proofs([inclusion(place, events)]))

    building = timed(WALL, build)
    rows = fetch(
        "SELECT l.position - 1, e.hash FROM es.log l"
        " JOIN es.event e USING (tenant_id, stream_id, version) WHERE l.position - 1 = ANY (%s)",
        (places,),
    )
    hashes, signed = dict(rows), latest()
    assert signed is not None
    checking = timed(
        CPU,
        lambda: [
            verify.included(hashes[place], place, events, path, signed.root)
            for place, path in zip(places, built, strict=True)
        ],
    )
    return [
        figure("inclusion proof built from the database", len(places) / building),
        figure(f"inclusion proof verified, {len(built[0])} hashes", len(places) / checking),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
