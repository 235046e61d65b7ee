"""Checkpoints leave the host: one effect for each checkpoint and place, through the outbox."""

from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from events.outbox import emit

SHIP = "events.ship_checkpoint"
# So many span an hour and a half of somebody else's outage; a later checkpoint covers this one.
ATTEMPTS = 15


class SinkRefused(ValueError):
    """An address in CHECKPOINT_SINKS is none; the message repeats no password."""


class Forked(Exception):
    """Somebody outside holds another checkpoint of this log than ours: history was rewritten."""


class Sink(Protocol):
    """A place that checkpoints are sent to; made from its address, which it judges.

    `name` says which it is, without secrets, and `every_seconds` how seldom it wants one at most
    (0: every checkpoint). `ship` must bear being called twice for one checkpoint, and may take
    longer than a transaction should. It returns cosignatures as pairs of witness and line.

    Raises (ship): Forked: the place holds something else for this size. Anything else: try again.
    """

    name: str
    every_seconds: int

    def __init__(self, address: str) -> None: ...

    def ship(self, size: int, note: str, effect_id: UUID) -> list[tuple[str, str]]: ...


def addresses() -> list[str]:
    return str(settings.CHECKPOINT_SINKS).replace(",", " ").split()


def sinks() -> list[Sink]:
    """Returns the configured places. Raises: SinkRefused: an address means nothing."""
    return [made(address) for address in addresses()]


@cache
def made(address: str) -> Sink:
    scheme = address.partition(":")[0].lower()
    kinds: dict[str, str] = settings.CHECKPOINT_SINK_KINDS
    if scheme not in kinds:
        known = ", ".join(f"{name}:" for name in kinds)
        raise SinkRefused(f"{scheme}: is no place for checkpoints; write one of {known}")
    sink: Sink = import_string(kinds[scheme])(address)
    return sink


def check_sinks(**options: object) -> list[CheckMessage]:
    """Has every command say at its start which address in CHECKPOINT_SINKS is wrong, and why."""
    found: list[CheckMessage] = []
    for number, address in enumerate(addresses(), start=1):
        try:
            made(address)
        except (SinkRefused, ImportError) as error:
            found.append(
                Error(
                    f"CHECKPOINT_SINKS, address {number}: {error}.",
                    hint="docs/guides/proofs.md lists how each kind of place is written.",
                    id="events.E001",
                )
            )
    return found


def ship_later(size: int, signed_at: datetime) -> None:
    """Asks for the checkpoint to be sent to every place, each once; in the caller's transaction.

    A place that wants one a day gets the first of each day: the day is the effect's key.
    """
    for sink in sinks():
        period = sink.every_seconds
        when = f"every {int(signed_at.timestamp()) // period}" if period else str(size)
        emit(SHIP, key=f"{sink.name} {when}", sink=sink.name, size=size)
