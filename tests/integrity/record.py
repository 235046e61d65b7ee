"""A small log of several streams, its bundle on disk, and verify.py asked about it."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from uuid import UUID

from django.db import transaction

import verify
from events.chain import GENESIS
from events.context import acting
from events.database import execute
from events.integrity.checkpoints import Checkpoint, take
from events.integrity.keys import signing_keys
from events.store import Entry, append_entries, stream_head
from modules.audit.exporting import Folder, write_bundle
from modules.kernel.identity import new_id

ACTORS = ("guest", "customer:7", "staff:2", "système")


def record(stream_id: UUID, payload: str, *, random: Random) -> None:
    """Appends one event to a stream, which begins with it if it is new."""
    head = stream_head(stream_id)
    topic = f"sample.note.written{random.randrange(3)}.v1"
    with transaction.atomic(), acting(actor=random.choice(ACTORS)):
        append_entries(
            stream_id,
            "sample.note",
            [Entry(topic=topic, schema_version=1, payload=payload.encode())],
            expected_version=head.version if head else 0,
            previous=head.head if head else GENESIS,
        )


def trade(events: int, *, streams: int = 5, every: int = 10, seed: int = 1) -> list[UUID]:
    """Records events in turns over several streams, with a checkpoint after each `every`."""
    random = Random(seed)
    found = [new_id() for _ in range(streams)]
    for number in range(1, events + 1):
        record(random.choice(found), f'{{"text":"{number} – „é“","n":{number}}}', random=random)
        if number % every == 0:
            signed()
    return found


def signed() -> Checkpoint:
    checkpoint = take()
    assert checkpoint is not None
    return checkpoint


def log_keys() -> list[str]:
    return [key.verifier.text for key in signing_keys()]


def bundle(path: Path, since: Sequence[int] = ()) -> Path:
    write_bundle(Folder(path), since)
    return path


def verdict(path: Path, *more: str) -> list[str]:
    """Asks verify.py with the log's own key. Raises: verify.Bad: what it found."""
    return verify.verify(path, question(*more))


def question(*kept: str) -> verify.Question:
    keys = [verify.read_key(text) for text in log_keys()]
    return verify.Question(keys=keys, kept=[verify.read_note(note) for note in kept])


def tamper(sql: str, parameters: Sequence[object] = ()) -> None:
    """Edits as only a superuser can, with triggers off; in the caller's transaction."""
    execute("SET LOCAL session_replication_role = replica")
    execute(sql, parameters)
    execute("SET LOCAL session_replication_role = origin")
