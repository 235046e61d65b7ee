"""What the event store does by itself: forgetting what nobody needs, watching the read models."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from events import drift
from events.commands import forget_commands
from events.database import fetch
from events.effects import effect
from events.errors import NotRebuildable
from events.outbox import forget_effects
from events.privacy import erasing
from events.timetable import periodic
from modules.kernel.clock import now

log = structlog.get_logger(__name__)

REPEATABLE = timedelta(days=30)
REMEMBERED = timedelta(days=365)
# Well below the time limit of an effect; a fold that takes longer is gone on with next time.
DRIFT_SECONDS = 20


@periodic("events.forget", every=timedelta(days=1))
def forget(effect_id: UUID) -> None:
    """Deletes answers to commands after 30 days and effects that were done a year ago."""
    forget_commands(now() - REPEATABLE)
    forget_effects(now() - REMEMBERED)


@periodic("events.check_drift", every=timedelta(minutes=15))
def check_drift(effect_id: UUID) -> None:
    """Compares every cell of the read models with what the events make."""
    if not fetch("SELECT has_database_privilege(current_database(), 'CREATE')")[0][0]:
        log.warning("read models are not watched: this role may not create schemas")
        return
    with suppress(NotRebuildable):
        drift.check(fresh=False, seconds=DRIFT_SECONDS)


@effect(erasing.AGAIN, transactional=True)
def erase_again(effect_id: UUID, erasures: list[erasing.Erasure]) -> None:
    """Wipes what a process wrote that had read before the erasure and not yet forgotten."""
    erasing.carry_out(erasures)


@periodic("events.destroy_due_keys", every=timedelta(days=1))
def destroy_due_keys(effect_id: UUID) -> None:
    """Destroys keys of personal data when the law stops asking for what they open."""
    erasing.destroy_due_keys()
