"""What the event store does by itself: shipping checkpoints, forgetting, watching read models."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from events import drift
from events.commands import forget_commands
from events.database import fetch
from events.effects import effect
from events.errors import NotRebuildable
from events.integrity.checkpoints import checkpoint_at, keep_cosignature
from events.integrity.shipping import ATTEMPTS, SHIP, Forked, sinks
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


@effect(SHIP, max_attempts=ATTEMPTS)
def ship_checkpoint(effect_id: UUID, sink: str, size: int) -> None:
    """Sends a checkpoint to one place and keeps what a witness answers.

    Raises:
        Forked: the place holds another checkpoint of this log; also logged as an alarm.
    """
    checkpoint = checkpoint_at(size)
    places = [each for each in sinks() if each.name == sink]
    if checkpoint is None or not places:
        log.warning("checkpoint not shipped, its place is no longer configured", sink=sink)
        return
    try:
        answers = places[0].ship(checkpoint.size, checkpoint.note, effect_id)
    except Forked as error:
        log.critical("the log was rewritten", sink=sink, size=size, error=str(error))
        raise
    for witness, line in answers:
        keep_cosignature(size, witness, line)
