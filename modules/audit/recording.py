"""What a verification or an export came to, recorded as an event of its own, and read again."""

from uuid import UUID

from events.context import acting
from events.database import TENANT, fetch
from events.recorded import COLUMNS, RecordedEvent, from_row
from events.registry import names_of
from events.repository import save
from events.sequencer import sequence
from modules.audit.contracts import RecordedVerification
from modules.audit.domain.examination import Examination
from modules.audit.models import Run

_NEWEST = (
    f"SELECT l.position, {COLUMNS} FROM es.log l"  # noqa: S608  # of constants
    " JOIN es.event e USING (tenant_id, stream_id, version)"
    " WHERE l.tenant_id = %s AND l.topic = ANY (%s) ORDER BY l.position DESC LIMIT %s"
)
_PLACE = "SELECT position FROM es.log WHERE tenant_id = %s AND stream_id = %s AND version = 1"


def record(run: Run) -> None:
    """Records the outcome of a finished run under whoever asked for it; of other kinds nothing.

    In the caller's transaction, which also says that the run is finished: both, or neither.
    """
    match run.kind:
        case "verify":
            examination = verified(run)
        case "export":
            examination = exported(run)
        case _:
            return
    with acting(actor=run.actor):
        save(examination)


def verified(run: Run) -> Examination:
    findings = run.result["findings"]
    first = findings[0] if findings else None
    return Examination.verified(
        run.id,
        size=run.total,
        root=run.result["root"],
        checkpoint=run.cursor["signed"],
        checkpoints=run.result["checkpoints"],
        findings=len(findings) + run.result["more"],
        first=(first["position"], first["reason"]) if first else None,
    )


def exported(run: Run) -> Examination:
    return Examination.exported(
        run.id,
        size=run.cursor["size"],
        root=run.result["root"],
        digest=run.result["digest"],
        since=int(run.subject) if run.subject else None,
    )


def verifications(limit: int = 20) -> tuple[RecordedVerification, ...]:
    """Returns the last verifications that the record tells of, the newest first."""
    sequence()
    topics = names_of((Examination.Verified,))
    rows = fetch(_NEWEST, (TENANT, topics, limit))
    return tuple(shown(from_row(row[0], row[1:])) for row in rows)


def recorded(run_id: UUID) -> int | None:
    """Returns the position at which the record tells of a run; None where it does not (yet)."""
    sequence()
    rows = fetch(_PLACE, (TENANT, run_id))
    return int(rows[0][0]) if rows else None


def shown(row: RecordedEvent) -> RecordedVerification:
    event = row.event
    assert isinstance(event, Examination.Verified)
    return RecordedVerification(
        run_id=row.stream_id,
        position=row.position or 0,
        actor=row.actor,
        recorded_at=row.recorded_at,
        size=event.size,
        root=event.root,
        checkpoint=event.checkpoint,
        whole=event.verdict == "whole",
        findings=event.findings,
        first_position=event.first_position,
        first_finding=event.first_finding,
    )
