"""What the event store no longer needs: answers that nobody repeats, effects long done."""

from datetime import timedelta
from uuid import UUID

from events.commands import forget_commands
from events.outbox import forget_effects
from events.timetable import periodic
from modules.kernel.clock import now

REPEATABLE = timedelta(days=30)
REMEMBERED = timedelta(days=365)


@periodic("events.forget", every=timedelta(days=1))
def forget(effect_id: UUID) -> None:
    """Deletes answers to commands after 30 days and effects that were done a year ago."""
    forget_commands(now() - REPEATABLE)
    forget_effects(now() - REMEMBERED)
