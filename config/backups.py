"""Backups: one folder with the database, the media and what they must add up to."""

import base64
import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.embedded import binaries
from events.database import fetch
from events.errors import StreamNotFound
from events.integrity.merkle import Frontier
from events.integrity.tree import event_hashes
from events.privacy.erasing import reapply
from events.sequencer import adopt_restore, sequence
from events.store import log_head
from modules.kernel.clock import now

BATCH = 1000
DATABASE, MEDIA, MANIFEST = "database.dump", "media.tar", "manifest.json"


class BackupRefused(Exception):
    """A backup that cannot be made or put back, in words that say what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: the log up to `position`, and the SHA-256 of each file."""

    made_at: str
    position: int
    last_hash: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back: `numbered` events had been committed but not numbered at the backup.

    `missing` events are covered by the checkpoint that was given and not in the backup; `erased` is
    how many erasures of the list outside the database were carried out again.
    """

    manifest: Manifest
    position: int
    numbered: int
    missing: int | None
    erased: int


def backup(folder: Path) -> Manifest:
    """Writes a backup into a new folder while the shop is open.

    The database is dumped in one snapshot; the media are copied after it, so that no picture that
    the database names is missing.

    Raises:
        BackupRefused: the folder exists, or a program failed.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise BackupRefused(f"{folder} exists already: name a new folder") from None
    sequence()
    position = log_head()
    run("pg_dump", ["--format=custom", "--no-owner", f"--file={folder / DATABASE}"])
    media = Path(settings.MEDIA_ROOT)
    with tarfile.open(folder / MEDIA, "w") as archive:
        if media.exists():
            archive.add(media, arcname=".")
    manifest = Manifest(
        made_at=now().isoformat(),
        position=position,
        last_hash=hash_at(position),
        files={name: digest(folder / name) for name in (DATABASE, MEDIA)},
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def restore(folder: Path, shipped: Path | None = None) -> Restored:
    """Puts a backup into an empty database and the media folder, and makes the shop ready for it.

    `shipped` is the newest checkpoint that had left the host: it tells what the backup lacks.

    The event store is taken over from the other cluster: what the dump caught unnumbered is
    numbered once, and a new epoch begins. Who was erased after the backup is erased again.

    Raises:
        BackupRefused: the backup is not whole, the database is not empty, or a program failed.
    """
    manifest = read(folder)
    if connection.introspection.table_names() or fetch(
        "SELECT 1 FROM pg_namespace WHERE nspname = 'es'"
    ):
        raise BackupRefused(
            "This database is not empty: restore into a new one, such as"
            " DATA_DIRECTORY=var-restored, or an empty database named by DATABASE_URL"
        )
    run("pg_restore", ["--no-owner", "--exit-on-error", str(folder / DATABASE)], database=True)
    with tarfile.open(folder / MEDIA) as archive:
        archive.extractall(settings.MEDIA_ROOT, filter="data")
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    numbered = adopt_restore()
    if hash_at(manifest.position) != manifest.last_hash:
        raise BackupRefused(
            f"The event at position {manifest.position:,} is not the one the manifest names:"
            " this is not the backup that was made"
        )
    position = log_head()
    missing = gap(shipped, position) if shipped else None
    return Restored(
        manifest=manifest,
        position=position,
        numbered=numbered,
        missing=missing,
        erased=reapply(),
    )


def gap(shipped: Path, position: int) -> int:
    """Returns how many events a checkpoint covers that the restored log has not.

    Raises:
        BackupRefused: it is no checkpoint, or one of another log than this.
    """
    try:
        _, stated, root, *_ = shipped.read_text().split("\n")
        size, expected = int(stated), base64.b64decode(root, validate=True)
    except (OSError, ValueError):
        raise BackupRefused(f"{shipped} is no checkpoint: give the note as it was sent") from None
    if size > position:
        return size - position
    frontier = Frontier()
    for event_hash in islice(event_hashes(BATCH), size):
        frontier.extend([event_hash])
    if frontier.root() != expected:
        raise BackupRefused(
            f"The first {size:,} events are not those of {shipped.name}: this is another log"
        )
    return 0


def read(folder: Path) -> Manifest:
    """Returns the manifest of a backup whose files are whole. Raises: BackupRefused."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError):
        raise BackupRefused(f"{folder} holds no backup: {MANIFEST} is not there or not readable") \
            from None  # fmt: skip
    for name, expected in manifest.files.items():
        if not (folder / name).exists() or digest(folder / name) != expected:
            raise BackupRefused(f"{folder / name} is not the file that was backed up")
    return manifest


def hash_at(position: int) -> str:
    """Returns the hash of the event at a position of the log, in hexadecimal; "" for position 0."""
    if position == 0:
        return ""
    rows = fetch(
        "SELECT e.hash FROM es.log l JOIN es.event e USING (tenant_id, stream_id, version)"
        " WHERE l.position = %s",
        (position,),
    )
    if not rows:
        raise StreamNotFound(f"the log has no position {position}", position=position)
    return bytes(rows[0][0]).hex()


def run(program: str, arguments: Sequence[str], *, database: bool = False) -> None:
    """Runs a program of PostgreSQL against the shop's database.

    Raises:
        BackupRefused: it failed; its own words are in the message.
    """
    connection.ensure_connection()
    raw: psycopg.Connection[object] = connection.connection
    info = raw.info
    place = {
        "PGHOST": info.host,
        "PGPORT": str(info.port),
        "PGUSER": info.user,
        "PGDATABASE": info.dbname,
        "PGPASSWORD": info.password,
    }
    target = [f"--dbname={info.dbname}"] if database else []
    done = subprocess.run(  # our own program and arguments
        [binaries() / program, *target, *arguments],
        env={**os.environ, **{name: value for name, value in place.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupRefused(f"{program} failed: {done.stderr.strip()[-2000:]}")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_name(moment: datetime) -> str:
    """Returns the name under which a backup of this moment is kept."""
    return moment.strftime("%Y-%m-%dT%H-%M-%SZ")
