"""The auditor's bundle: the whole record, its checkpoints and proofs, in files of plain text."""

import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from events.database import fetch
from events.integrity.checkpoints import (
    Checkpoint,
    checkpoint_at,
    checkpoints,
    cosignatures,
    latest,
)
from events.integrity.merkle import consistency
from events.integrity.tree import proofs
from modules.audit.contracts import CheckpointUnknown, NothingSigned

FORMAT = "counterfoil-bundle/1"
EVENTS, CHECKPOINTS, PROOFS = "events.jsonl", "checkpoints.jsonl", "proofs.json"
COLUMNS = (
    "position tenant_id stream_id version topic schema_version event_id recorded_at effective_at"
    " actor causation_id correlation_id command_id payload hash"
).split()
BATCH = 5_000
# A topic that log and event do not agree on is written so that it cannot hash: both are facts.
_EVENTS = (
    "SELECT json_build_array(l.position, e.tenant_id, e.stream_id, e.version,"
    " CASE WHEN e.topic = l.topic THEN e.topic ELSE e.topic || ' / ' || l.topic END,"
    " e.schema_version, e.event_id, (extract(epoch FROM e.recorded_at) * 1000000)::bigint,"
    " (extract(epoch FROM e.effective_at) * 1000000)::bigint, e.actor, e.causation_id,"
    " e.correlation_id, e.command_id, e.payload::text, encode(e.hash, 'hex'))::text"
    " FROM (SELECT * FROM es.log WHERE position > %s AND position <= %s ORDER BY position LIMIT %s)"
    " l LEFT JOIN es.event e USING (tenant_id, stream_id, version) ORDER BY l.position"
)


class Target(Protocol):
    """Where a bundle's files are written: a folder or a zip file."""

    def write(self, name: str, chunks: Iterable[bytes]) -> None: ...


class Folder:
    """Files in a folder, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / name).open("wb") as file:
            file.writelines(chunks)


class Zip:
    """Files in a zip file, which is complete and readable after each of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        with (
            zipfile.ZipFile(self.path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as whole,
            whole.open(name, "w", force_zip64=True) as file,
        ):
            file.writelines(chunks)


def write_bundle(
    target: Target, since: Sequence[int] = (), progress: Callable[[int], object] | None = None
) -> Checkpoint:
    """Writes the record up to the last checkpoint; returns that checkpoint.

    `since` are sizes of earlier checkpoints, each of which gets a proof that it is where the last
    one comes from; `progress` is called with the positions written so far.

    Raises:
        NothingSigned: there is no checkpoint yet.
        CheckpointUnknown: no checkpoint was signed at a size of `since`.
    """
    last = last_signed()
    write_files(target, last, since, counted(event_lines(last.size), progress))
    return last


def last_signed() -> Checkpoint:
    """Raises: NothingSigned: there is no checkpoint yet."""
    last = latest()
    if last is None:
        raise NothingSigned("No checkpoint was signed yet: run `manage.py checkpoint now`.")
    return last


def write_files(
    target: Target, last: Checkpoint, since: Sequence[int], events: Iterable[bytes]
) -> str:
    """Writes a bundle up to the checkpoint `last`, whose events' lines are at hand or to be read.

    Returns the SHA-256 of its manifest in hex, which stands for all of its files.

    Raises:
        CheckpointUnknown: no checkpoint was signed at a size of `since`.
    """
    # Asked first, so that a wrong question leaves no file behind.
    found = {"consistency": consistency_proofs(since, last.size)}
    files: dict[str, str] = {}

    def put(name: str, chunks: Iterable[bytes]) -> None:
        digest = sha256()

        def digested() -> Iterator[bytes]:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk

        target.write(name, digested())
        files[name] = digest.hexdigest()

    put(EVENTS, events)
    keys: list[str] = []
    put(CHECKPOINTS, checkpoint_lines(last.size, keys))
    put(PROOFS, [as_text(found)])
    manifest = {
        "format": FORMAT,
        "origin": last.origin,
        "size": last.size,
        "root": b64encode(last.root).decode(),
        "keys": keys,
        "columns": COLUMNS,
        "files": files,
    }
    text = as_text(manifest)
    target.write("manifest.json", [text])
    return sha256(text).hexdigest()


def event_lines(size: int, *, after: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yields events up to a position, a line each, some thousand at once with the last's position.

    Of an event that is gone there is its position alone.
    """
    position = after
    while rows := fetch(_EVENTS, (position, size, BATCH)):
        position = json.loads(rows[-1][0])[0]
        yield position, "".join(f"{row[0]}\n" for row in rows).encode()


def counted(
    lines: Iterable[tuple[int, bytes]], progress: Callable[[int], object] | None
) -> Iterator[bytes]:
    for position, text in lines:
        yield text
        if progress is not None:
            progress(position)


def checkpoint_lines(size: int, keys: list[str]) -> Iterator[bytes]:
    """Yields every checkpoint up to a size with its cosignatures; collects the keys, once each."""
    for batch in batches(size):
        lines = cosignatures([each.size for each in batch])
        for each in batch:
            keys += [key for key in each.keys if key not in keys]
            found = {"note": each.note, "cosignatures": [one.line for one in lines[each.size]]}
            yield f"{json.dumps(found, ensure_ascii=False)}\n".encode()


def batches(size: int) -> Iterator[list[Checkpoint]]:
    after = 0
    while batch := checkpoints(after=after, upto=size, limit=BATCH):
        yield batch
        after = batch[-1].size


def consistency_proofs(since: Sequence[int], size: int) -> list[dict[str, object]]:
    """Returns a proof from each checkpoint of these sizes to the one of `size`.

    Raises:
        CheckpointUnknown: there is no checkpoint of such a size.
    """
    for old in since:
        if old > size or checkpoint_at(old) is None:
            raise CheckpointUnknown(
                f"No checkpoint was signed at {old} events. If you hold one, keep it: verify.py"
                " takes it by --checkpoint and says what became of those events.",
                size=old,
            )
    paths = proofs([consistency(old, size) for old in since])
    return [
        {"from": old, "path": [b64encode(step).decode() for step in path]}
        for old, path in zip(since, paths, strict=True)
    ]


def as_text(content: object) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()
