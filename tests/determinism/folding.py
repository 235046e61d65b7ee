"""One digest over everything that stored events come to.

Aggregates, the rows of every read model, the sums over payments, the hashes of the chain, the
verdict of every invariant, and what today's code reads in each golden sample.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from events import codec, registry
from events.chain import GENESIS
from events.privacy.sealing import personal_fields
from events.projections import Projection, registered
from events.recorded import RecordedEvent
from modules.audit.invariants import Examiner
from modules.payments.domain.state import PaymentState
from modules.payments.selectors import totals_from
from tests.architecture.golden import SAMPLES, read_sample

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type Said = Iterator[tuple[str, object]]


def digest_of(path: Path) -> str:
    """Returns the SHA-256 over all that is said of a file of events, in hexadecimal."""
    digest = sha256()
    rows = [recorded(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    with personal_fields("sealed"):
        for what, value in said(rows):
            digest.update(what.encode() + msgspec.json.encode(plain(value), order="sorted"))
    for file in sorted(SAMPLES.glob("*.json")):
        event = read_sample(json.loads(file.read_text(encoding="utf-8")))
        digest.update(file.name.encode() + codec.encode(codec.own_fields(event)))
    return digest.hexdigest()


def plain(value: object) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def recorded(row: list[Any]) -> RecordedEvent:
    """Returns the event of a line of a bundle (`modules.audit.exporting.COLUMNS`)."""
    causation, command = (UUID(each) if each else None for each in (row[10], row[12]))
    return RecordedEvent(
        position=row[0],
        tenant_id=row[1],
        stream_id=UUID(row[2]),
        version=row[3],
        topic=row[4],
        schema_version=row[5],
        event_id=UUID(row[6]),
        recorded_at=EPOCH + timedelta(microseconds=row[7]),
        effective_at=EPOCH + timedelta(microseconds=row[8]),
        actor=row[9],
        causation_id=causation,
        correlation_id=UUID(row[11]),
        command_id=command,
        payload=row[13].encode(),
        hash=bytes.fromhex(row[14]),
    )


def said(rows: list[RecordedEvent]) -> Said:
    """Yields all there is to say, each with a name; the order is the log's own."""
    examiner = Examiner()
    yield from (("invariants", complaint) for row in rows for complaint in examiner.examine(row))
    streams: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for row in rows:
        streams[row.stream_id].append(row)
    for stream_id, history in streams.items():
        aggregate = registry.aggregate_of(type(history[0].event)).fold(
            stream_id, [row.event for row in history]
        )
        known = {name: value for name, value in vars(aggregate).items() if name[0] != "_"}
        yield f"{aggregate.kind} {stream_id} {aggregate.version}", known
        head = GENESIS
        for row in history:
            head = row.expected_hash(head)
            yield "chain", [head.hex(), head == row.hash]
    yield from read_models(rows)


def read_models(rows: list[RecordedEvent]) -> Said:
    """Yields every row of every read model, folded one by one and again all at once."""
    for name, projection in sorted(registered().items()):
        if not isinstance(projection, Projection):
            continue
        seen: dict[Any, list[RecordedEvent]] = defaultdict(list)
        for row in rows:
            if isinstance(row.event, projection.events):
                seen[projection.key(row)].append(row)
        states = {}
        for key, events in seen.items():
            state: dict[str, Any] | None = None
            for row in events:
                state = projection.fold(state, row)
            assert plain(state) == plain(projection.fold_all(None, events)), f"{name} {key}"
            states[key] = state
            yield f"{name} {key}", state
        if name == "payments.payments":
            yield from sums(states)


def sums(payments: dict[Any, dict[str, Any] | None]) -> Said:
    """Yields what `orders.money` is made of."""
    by_order: dict[UUID, list[PaymentState]] = defaultdict(list)
    for row in payments.values():
        assert row is not None
        by_order[row["reference"]].append(msgspec.convert(row["state"], PaymentState))
    for reference, states in by_order.items():
        yield "sums", totals_from(reference, states)
