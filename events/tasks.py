"""Effects of the event store itself."""

from uuid import UUID

import structlog

from events.effects import effect
from events.integrity.checkpoints import checkpoint_at, keep_cosignature
from events.integrity.shipping import ATTEMPTS, SHIP, Forked, sinks

log = structlog.get_logger(__name__)


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
