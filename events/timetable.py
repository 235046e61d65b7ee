"""Effects that come round: one outbox row for each period, whichever worker asks for it first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from events.effects import effect
from events.outbox import emit
from modules.kernel.clock import now

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_periods: dict[str, timedelta] = {}


def periodic[**P](
    name: str, *, every: timedelta, transactional: bool = False
) -> Callable[[Callable[P, object]], Callable[P, object]]:
    """Declares `f(effect_id)` as an effect that runs once in every period.

    Periods are counted from 1970 in UTC, so that every worker means the same ones. A period in
    which no worker ran is left out, not made up for.

    Raises:
        ValueError: the name is taken.
    """

    def declare(function: Callable[P, object]) -> Callable[P, object]:
        _periods[name] = every
        return effect(name, transactional=transactional)(function)

    return declare


def ask_for_due() -> None:
    """Asks for the effects of the present period; asked for again, they run once."""
    moment = now()
    with transaction.atomic():
        for name, every in _periods.items():
            emit(name, key=str((moment - EPOCH) // every))
