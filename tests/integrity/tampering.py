"""Every way in which somebody with all rights on the database can change history.

Each takes a source of chance and the number of events, edits the tables with triggers off, and
returns the first position that is not what it was.
"""

from collections.abc import Callable
from random import Random
from uuid import UUID, uuid4

from events.chain import GENESIS
from events.database import execute, fetch
from events.recorded import COLUMNS, from_row
from tests.integrity.record import tamper

type Tampering = Callable[[Random, int], int]

# One statement for each column that is hashed, and the hash itself; %s is a random bit or letter.
FLIPS = (
    "payload = regexp_replace(payload::text, '[0-9]', ((%s + 1) %% 10)::text)::json",
    "actor = actor || chr(97 + %s)",
    "topic = overlay(topic placing chr(65 + %s) from 3)",
    "schema_version = schema_version + 1 + %s",
    "recorded_at = recorded_at + interval '1 microsecond' * (1 + %s)",
    "effective_at = effective_at - interval '1 microsecond' * (1 + %s)",
    "event_id = overlay(event_id::text placing substr('89ab', 1 + %s %% 4, 1) from 1)::uuid",
    "correlation_id = md5(correlation_id::text || %s)::uuid",
    "causation_id = md5(coalesce(causation_id::text, '') || %s)::uuid",
    "command_id = md5(coalesce(command_id::text, '') || %s)::uuid",
    "hash = set_byte(hash, %s, get_byte(hash, 5) # 255)",
)
AT = "(stream_id, version) = (SELECT stream_id, version FROM es.log WHERE position = %s)"


def flip(random: Random, size: int) -> int:
    """Changes one character or bit of one column of one event."""
    position, change = random.randint(1, size), random.choice(FLIPS)
    before = fetch(f"SELECT e::text FROM es.event e WHERE {AT}", (position,))
    tamper(f"UPDATE es.event SET {change} WHERE {AT}", (random.randrange(10), position))
    if fetch(f"SELECT e::text FROM es.event e WHERE {AT}", (position,)) == before:
        tamper(f"UPDATE es.event SET actor = 'x' || actor WHERE {AT}", (position,))
    return position


def rename(random: Random, size: int) -> int:
    """Hides an event from those who follow the log by its topic."""
    position = random.randint(1, size)
    tamper("UPDATE es.log SET topic = topic || 'x' WHERE position = %s", (position,))
    return position


def delete(random: Random, size: int) -> int:
    """Takes out an event, its place in the log, or both."""
    position = random.randint(1, size - 1)
    kind = random.randrange(3)
    if kind < 2:
        tamper(f"DELETE FROM es.event WHERE {AT}", (position,))
    if kind > 0:
        tamper("DELETE FROM es.log WHERE position = %s", (position,))
    if random.randrange(2):
        # And closes the gap.
        renumber(position, size, -1) if kind > 0 else None
    return position


def renumber(first: int, last: int, by: int) -> None:
    tamper("UPDATE es.log SET position = -position WHERE position BETWEEN %s AND %s", (first, last))
    tamper("UPDATE es.log SET position = -position + %s WHERE position < 0", (by,))


def swap(random: Random, size: int) -> int:
    """Exchanges the contents of two events, or their places in the log."""
    one, two = sorted(random.sample(range(1, size + 1), 2))
    if random.randrange(2):
        tamper(
            "UPDATE es.event a SET payload = b.payload, topic = b.topic, hash = b.hash"
            " FROM es.event b, es.log la, es.log lb"
            " WHERE (a.stream_id, a.version) = (la.stream_id, la.version)"
            " AND (b.stream_id, b.version) = (lb.stream_id, lb.version)"
            " AND (la.position, lb.position) IN ((%s, %s), (%s, %s))",
            (one, two, two, one),
        )
    else:
        tamper("UPDATE es.log SET position = 0 WHERE position = %s", (one,))
        tamper("UPDATE es.log SET position = %s WHERE position = %s", (one, two))
        tamper("UPDATE es.log SET position = %s WHERE position = 0", (two,))
    return one


def insert(random: Random, size: int) -> int:
    """Puts an event into the past, and makes all hashes after it right."""
    position = random.randint(1, size)
    stream_id = uuid4()
    renumber(position, size, 1)
    tamper(
        "INSERT INTO es.event (tenant_id, stream_id, version, topic, schema_version, event_id,"
        " recorded_at, effective_at, actor, correlation_id, payload, hash)"
        " SELECT tenant_id, %s, 1, topic, schema_version, %s, recorded_at, effective_at, actor,"
        " correlation_id, payload, hash FROM es.event ORDER BY seq LIMIT 1",
        (stream_id, uuid4()),
    )
    tamper(
        "INSERT INTO es.log (position, tenant_id, stream_id, version, topic)"
        " SELECT %s, tenant_id, stream_id, version, topic FROM es.event WHERE stream_id = %s",
        (position, stream_id),
    )
    tamper("UPDATE es.sequencer SET position = position + 1")
    rehash(stream_id)
    return position


def truncate(random: Random, size: int) -> int:
    """Cuts off the end without a trace in any chain."""
    position = random.randint(2, size)
    tamper(
        "DELETE FROM es.event e USING es.log l WHERE l.position >= %s"
        " AND (e.stream_id, e.version) = (l.stream_id, l.version)",
        (position,),
    )
    tamper("DELETE FROM es.log WHERE position >= %s", (position,))
    tamper("UPDATE es.sequencer SET position = %s", (position - 1,))
    for (stream_id,) in fetch("SELECT stream_id FROM es.stream"):
        rehash(stream_id)
    return position


def rewrite(random: Random, size: int) -> int:
    """Rewrites everything from a position on, every hash and every stream's head included."""
    position = random.randint(1, size)
    tamper(
        "UPDATE es.event e SET actor = e.actor || ' (revised)' FROM es.log l"
        " WHERE l.position >= %s AND (e.stream_id, e.version) = (l.stream_id, l.version)",
        (position,),
    )
    for (stream_id,) in fetch("SELECT stream_id FROM es.stream"):
        rehash(stream_id)
    return position


def rehash(stream_id: UUID) -> None:
    """Makes a stream's chain and head whole again, as if its events had always been these."""
    previous, version = GENESIS, 0
    for row in fetch(
        f"SELECT {COLUMNS} FROM es.event e WHERE stream_id = %s ORDER BY version", (stream_id,)
    ):
        event = from_row(None, row)
        previous, version = event.expected_hash(previous), event.version
        if previous != event.hash:
            tamper(
                "UPDATE es.event SET hash = %s WHERE stream_id = %s AND version = %s",
                (previous, stream_id, version),
            )
    execute(
        "UPDATE es.stream SET version = %s, head = %s WHERE stream_id = %s",
        (version, previous, stream_id),
    )


TAMPERINGS: tuple[Tampering, ...] = (flip, rename, delete, swap, insert, truncate, rewrite)
