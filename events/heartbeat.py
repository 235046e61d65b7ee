"""The worker's sign of life: a small file, since the worker serves no address to be asked at."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

BEAT_SECONDS = 10.0
# Three beats may be late before somebody restarts a worker that only had much to do.
STALE_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Beat:
    """How long ago the worker was last heard of, and whether it reached its database then."""

    seconds_ago: float
    database: bool


def beat_file(data_directory: Path) -> Path:
    return data_directory / "run" / "worker.json"


def write_beat(path: Path, *, database: bool) -> None:
    """Leaves a sign of life; a reader finds the last one whole, or this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"at": time.time(), "database": database}))
    draft.replace(path)


def read_beat(path: Path) -> Beat | None:
    """Returns the last sign of life, or None if there never was one that can be read."""
    try:
        found = json.loads(path.read_text())
        return Beat(max(0.0, time.time() - float(found["at"])), bool(found["database"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
