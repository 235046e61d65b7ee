"""Runs as pages show them."""

from collections.abc import Iterable
from uuid import UUID

from modules.audit.contracts import Finding, RunKind, RunUnknown, RunView
from modules.audit.models import Run


def run(run_id: UUID) -> RunView:
    """Returns a piece of work and how far it is. Raises: RunUnknown: nobody asked for it."""
    found = Run.objects.filter(id=run_id).first()
    if found is None:
        raise RunUnknown("Nobody asked for this; the lists show what was.", run_id=str(run_id))
    return shown(found)


def runs(kinds: Iterable[RunKind], limit: int = 20) -> tuple[RunView, ...]:
    """Returns the last pieces of work of these kinds, the newest first."""
    found = Run.objects.filter(kind__in=list(kinds)).defer("cursor").order_by("-asked_at")
    return tuple(map(shown, found[:limit]))


def shown(row: Run) -> RunView:
    seconds = (row.heard_at - row.started_at).total_seconds() if row.started_at else 0.0
    result = row.result
    facts: dict[str, str] = dict(result.get("facts", {}))
    if "checkpoints" in result:
        facts["Checkpoints compared"] = f"{result['checkpoints']:,}"
    if "root" in result:
        facts["Root of the tree"] = result["root"] or "none: there is a hole"
    if result.get("more"):
        facts["Further findings"] = f"{result['more']:,}"
    return RunView(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]  # written from AskRun alone
        subject=row.subject,
        actor=row.actor,
        asked_at=row.asked_at,
        started_at=row.started_at,
        heard_at=row.heard_at,
        finished_at=row.finished_at,
        done=row.done,
        total=row.total,
        per_second=round(row.done / seconds) if seconds > 0 else 0,
        outcome=row.outcome,
        message=row.message,
        findings=tuple(finding(each) for each in result.get("findings", ())),
        facts=facts,
    )


def finding(row: dict[str, str | int | None]) -> Finding:
    position, stream_id = row["position"], row["stream_id"]
    return Finding(
        position=int(position) if position is not None else None,
        stream_id=UUID(str(stream_id)) if stream_id else None,
        reason=str(row["reason"]),
    )
