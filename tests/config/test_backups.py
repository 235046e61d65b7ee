"""A backup is put into another cluster, and the shop goes on there where it was."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from config.backups import MANIFEST, BackupRefused, backup, read, restore
from events.database import fetch
from events.store import log_head
from tests.support.store import empty_store
from tests.support.trade import buy, forget_everything, open_shop, paid, ship

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings: Settings) -> Iterator[Path]:
    """A shop that traded, with one picture; and a folder that PostgreSQL's user may enter."""
    place = Path(tempfile.mkdtemp(prefix="counterfoil-backup-"))
    place.chmod(0o755)
    settings.MEDIA_ROOT = place / "media"
    (place / "media" / "pictures").mkdir(parents=True)
    (place / "media" / "pictures" / "moon.webp").write_bytes(b"a picture")
    empty_store()
    open_shop()
    ship(paid(prints=2), prints=1)
    buy(cards=1)
    yield place
    forget_everything()
    shutil.rmtree(place)


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the shop on the embedded PostgreSQL of a data directory."""
    kept = ("PATH", "HOME", "LANG")
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**{name: os.environ[name] for name in kept if name in os.environ},
             "DATA_DIRECTORY": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def test_a_backup_is_restored_into_a_new_cluster_and_nothing_is_numbered_twice(
    folder: Path,
) -> None:
    manifest = backup(folder / "one")
    with transaction.atomic():
        buy(prints=1)  # after the backup: not in it
    events = fetch("SELECT count(*) FROM es.event")[0][0]
    done = manage(folder / "new", "restore", str(folder / "one"))
    assert done.returncode == 0, done.stderr
    assert f"position {manifest.position}" in done.stdout
    assert (folder / "new" / "media" / "pictures" / "moon.webp").read_bytes() == b"a picture"
    verified = manage(folder / "new", "audit", "verify", "--json")
    assert json.loads(verified.stdout)["broken"] == []
    assert json.loads(verified.stdout)["events"] == manifest.position < events
    judged = manage(folder / "new", "audit", "invariants")
    assert f"{manifest.position} events" in judged.stdout, judged.stderr
    again = manage(folder / "new", "restore", str(folder / "one"))
    assert again.returncode == 1
    assert "This database is not empty" in again.stderr


def test_what_was_committed_but_not_numbered_is_in_the_backup(folder: Path) -> None:
    manifest = backup(folder / "one")
    assert manifest.position == log_head() == fetch("SELECT count(*) FROM es.event")[0][0]


def test_a_folder_that_exists_is_not_written_over(folder: Path) -> None:
    with pytest.raises(BackupRefused, match="name a new folder"):
        backup(folder)


def test_a_filled_database_is_not_restored_over(folder: Path) -> None:
    backup(folder / "one")
    with pytest.raises(BackupRefused, match="not empty"):
        restore(folder / "one")


def test_a_file_that_was_changed_since_is_not_restored(folder: Path) -> None:
    backup(folder / "one")
    with (folder / "one" / "media.tar").open("ab") as file:
        file.write(b"more")
    with pytest.raises(BackupRefused, match="not the file that was backed up"):
        read(folder / "one")


def test_a_folder_that_is_no_backup_is_refused(folder: Path) -> None:
    with pytest.raises(BackupRefused, match=MANIFEST):
        read(folder)
