"""The worker's checkpointing step: every minute or 1,000 events, whichever is first."""

import threading

import structlog
from django.db import DatabaseError, InterfaceError, connection

from events.integrity import checkpoints
from events.integrity.keys import KeyRefused
from events.integrity.tree import RecordDamaged
from modules.kernel.clock import now

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
# A damaged record or a lost key needs a person; it is said again as often as one may look.
COMPLAIN_SECONDS = 60.0


def run_forever(stop: threading.Event) -> None:
    """Signs what is due until `stop` is set; outages of the database are waited out.

    What cannot be signed is said in the log again and again and stops nothing else: the shop goes
    on selling, and the checkpoints that stay out are what an auditor sees.
    """
    try:
        while not stop.is_set():
            pause = LOOK_SECONDS
            try:
                while not stop.is_set() and checkpoints.is_due(now()):
                    taken = checkpoints.take()
                    if taken is None:
                        break
                    log.info("checkpoint signed", size=taken.size, root=taken.root.hex())
            except (KeyRefused, RecordDamaged) as error:
                log.error("no checkpoint can be signed", error=str(error))
                pause = COMPLAIN_SECONDS
            except (DatabaseError, InterfaceError) as error:
                log.warning("checkpointer waits for the database", error=str(error))
                connection.close()
            stop.wait(pause)
    finally:
        connection.close()
