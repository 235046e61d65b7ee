"""The auditor's bundle made by the worker, step by step, in a file of its own."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from events.integrity.checkpoints import checkpoint_at, take
from events.integrity.keys import KeyRefused
from events.integrity.tree import RecordDamaged
from modules.audit.contracts import BundleGone
from modules.audit.exporting import (
    Zip,
    consistency_proofs,
    event_lines,
    last_signed,
    write_files,
)
from modules.audit.models import Run
from modules.audit.running import Pace
from modules.kernel.clock import now

CHUNK_BYTES = 1 << 20
# Made again at any time, and full of the shop's sums: nothing to leave lying about.
KEPT = timedelta(days=7)


def export(run: Run, pace: Pace) -> bool:
    """Writes events on from where the last step ended, and the whole bundle at the end.

    Raises:
        NothingSigned: there is no checkpoint yet.
        CheckpointUnknown: no checkpoint was signed at the size in `run.subject`.
    """
    since = [int(run.subject)] if run.subject else []
    if not run.cursor:
        problem = sign_what_is_new()
        last = last_signed()
        consistency_proofs(since, last.size)
        run.cursor = {"position": 0, "bytes": 0, "size": last.size}
        run.result = {"facts": {"No newer checkpoint": problem} if problem else {}}
    size: int = run.cursor["size"]
    lines = lines_of(run.id)
    append(run, pace, lines)
    if run.cursor["position"] < size:
        return False
    checkpoint = checkpoint_at(size) or last_signed()
    unfinished = bundle_of(run.id).with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    run.result["digest"] = write_files(Zip(unfinished), checkpoint, since, chunks(lines))
    run.result["root"] = b64encode(checkpoint.root).decode()
    unfinished.rename(bundle_of(run.id))
    lines.unlink()
    run.result["facts"] |= {
        "Events": f"{size:,}",
        "Log": checkpoint.origin,
        "Bytes": f"{bundle_of(run.id).stat().st_size:,}",
        "SHA-256 of its manifest": run.result["digest"],
    }
    return True


def append(run: Run, pace: Pace, path: Path) -> None:
    """Adds lines of events to a file until they are all there or the step is over."""
    cursor = run.cursor
    with path.open("ab") as file:
        # What a step wrote that came to no end is written again.
        file.truncate(cursor["bytes"])
        for position, lines in event_lines(cursor["size"], after=cursor["position"]):
            file.write(lines)
            cursor["position"], cursor["bytes"] = position, cursor["bytes"] + len(lines)
            pace.reached(position, cursor["size"])
            if pace.over and position < cursor["size"]:
                return
    # Positions that are gone at the end have no line.
    cursor["position"] = cursor["size"]


def sign_what_is_new() -> str:
    """Brings the last checkpoint up to now; returns why that is not possible, or nothing."""
    try:
        while take() is not None:
            pass
    except (KeyRefused, RecordDamaged) as error:
        return str(error)
    return ""


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def folder() -> Path:
    path = Path(settings.EXPORT_ROOT)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def lines_of(run_id: UUID) -> Path:
    return folder() / f"{run_id}.jsonl"


def bundle_of(run_id: UUID) -> Path:
    return folder() / f"{run_id}.zip"


def open_bundle(run_id: UUID) -> Path:
    """Returns the file of a finished export.

    Raises:
        BundleGone: it is not made, or was deleted.
    """
    path = bundle_of(run_id)
    if not path.is_file():
        raise BundleGone("This bundle is not there any more: make it anew.", run_id=str(run_id))
    return path


def forget_bundles() -> None:
    """Deletes bundles a week after they were made, and what broken-off exports left behind."""
    oldest = (now() - KEPT).timestamp()
    for path in folder().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
