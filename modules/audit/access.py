"""Who looked at what: reading personal data leaves a record, which is read here."""

from uuid import UUID

from events.database import TENANT, fetch
from modules.audit.contracts import Look


def looks(stream_id: UUID) -> tuple[Look, ...]:
    """Returns who looked at a stream's personal data and why, oldest first."""
    rows = fetch(
        "SELECT actor, reason, looked_at FROM pii.look WHERE tenant_id = %s AND stream_id = %s"
        " ORDER BY looked_at, id",
        (TENANT, stream_id),
    )
    return tuple(Look(actor=row[0], reason=row[1], looked_at=row[2]) for row in rows)
