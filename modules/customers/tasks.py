"""What happens to sign-ins as time goes by."""

from datetime import timedelta
from uuid import UUID

from events.timetable import periodic
from modules.customers.commands import end_expired_sessions


@periodic("customers.end_expired_sessions", every=timedelta(days=1))
def clear_sessions(effect_id: UUID) -> None:
    """Deletes sign-ins that have ended."""
    end_expired_sessions()
