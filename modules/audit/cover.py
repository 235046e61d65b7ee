"""The cover sheet of a bundle: a page of paper that says what the file has to contain."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from events.integrity.checkpoints import Checkpoint, checkpoint_at
from events.store import read_stream
from modules.audit.checkpoints import signed_note
from modules.audit.contracts import BundleGone
from modules.audit.domain.examination import Examination
from modules.audit.recording import recorded
from modules.invoicing.selectors import PAPER_STYLESHEET, printed


def cover(run_id: UUID, *, asked_by: str) -> bytes:
    """Returns the cover sheet of a recorded export as PDF; of the same one the same bytes.

    It is made of what the record says, so it can be had when the bundle itself is long deleted.
    `asked_by` is what to call whoever asked for the export.

    Raises:
        BundleGone: nothing is recorded of such an export.
        PaperUnavailable: this server cannot make PDFs.
    """
    for row in read_stream(run_id):
        event = row.event
        checkpoint = checkpoint_at(event.size) if isinstance(event, Examination.Exported) else None
        if isinstance(event, Examination.Exported) and checkpoint is not None:
            told = facts(event, checkpoint, asked_by, row.recorded_at, recorded(run_id))
            return printed(
                page(event, checkpoint, told, row.recorded_at),
                identifier=run_id.bytes,
                moment=row.recorded_at,
            )
    raise BundleGone("No bundle is recorded under this address.", run_id=str(run_id))


def page(
    event: Examination.Exported,
    checkpoint: Checkpoint,
    told: list[tuple[str, str]],
    recorded_at: datetime,
) -> str:
    return render_to_string(
        "audit/cover.html",
        {
            "shop_name": settings.SHOP_NAME,
            "origin": checkpoint.origin,
            "size": event.size,
            "recorded_at": recorded_at,
            "stylesheet": PAPER_STYLESHEET,
            "facts": told,
            "keys": checkpoint.keys,
            "note": signed_note(event.size),
        },
    )


def facts(
    event: Examination.Exported,
    checkpoint: Checkpoint,
    asked_by: str,
    recorded_at: datetime,
    position: int | None,
) -> list[tuple[str, str]]:
    since = f"the checkpoint of {event.since:,} events" if event.since else "none was named"
    return [
        ("Events", f"{event.size:,} (positions 1 to {event.size:,})"),
        ("Root of the tree over them", event.root),
        ("Checkpoint signed", f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Proved to continue", since),
        ("SHA-256 of the bundle's manifest.json", event.digest),
        ("Asked for by", asked_by),
        ("Recorded", f"{recorded_at:%Y-%m-%d %H:%M:%S} UTC, as event {position:,} of the log"),
    ]
