"""Effects that come round: one outbox row for each period, whichever worker asks for it first.

The row of the period to come is written ahead, with the moment it is due, so that it begins on
time and staff see when.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction

from events import outbox
from events.database import execute, fetch
from events.effects import declared, effect
from events.outbox import effect_id
from modules.kernel.clock import now
from modules.kernel.errors import Conflict, NotFound

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How many periods back the last run of a timer is looked for.
REMEMBERED_PERIODS = 30

type Outcome = Literal["done", "failed", "trying", "never"]

_periods: dict[str, timedelta] = {}


class NoSuchTimer(NotFound):
    """No timer has this name; the page of timers lists those there are."""

    code = "no-such-timer"


class TimerRunning(Conflict):
    """The timer is running at this moment; look again when it has ended."""

    code = "timer-running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """What comes round: `meaning` in a sentence, and how its last run (`last_run_at`) ended."""

    name: str
    meaning: str
    every: timedelta
    due_at: datetime
    last_run_at: datetime | None
    outcome: Outcome
    error: str


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


def periodic_names() -> tuple[str, ...]:
    """Returns the names of all effects that come round."""
    return tuple(sorted(_periods))


def ask_for_due() -> None:
    """Asks for the effects of the present period and the next; asked for again, they run once.

    What nobody ran in its period is taken back.
    """
    moment = now()
    with transaction.atomic():
        missed: list[UUID] = []
        for name, every in _periods.items():
            present = (moment - EPOCH) // every
            missed += _ids(name, range(present - REMEMBERED_PERIODS, present))
            outbox.emit(name, key=str(present))
            outbox.emit(name, key=str(present + 1), due_at=EPOCH + (present + 1) * every)
        execute(
            "DELETE FROM es.outbox WHERE id = ANY (%s) AND attempts = 0 AND sent_at IS NULL"
            " AND done_at IS NULL AND failed_at IS NULL",
            (missed,),
        )


def timers() -> tuple[Timer, ...]:
    """Returns every timer by name, with its next due time and its last run; one query."""
    moment = now()
    presents = {name: (moment - EPOCH) // every for name, every in _periods.items()}
    wanted = {
        identifier: name
        for name, present in presents.items()
        for identifier in _ids(name, range(present - REMEMBERED_PERIODS, present + 1))
    }
    runs = {name: _Run(None, "never", "") for name in _periods}
    rows = fetch(
        "SELECT id, coalesce(done_at, failed_at, due_at), done_at IS NOT NULL,"
        " failed_at IS NOT NULL, last_error FROM es.outbox"
        " WHERE id = ANY (%s) AND attempts > 0 ORDER BY created_at",
        (list(wanted),),
    )
    for identifier, at, done, failed, error in rows:
        outcome: Outcome = "done" if done else "failed" if failed else "trying"
        runs[wanted[identifier]] = _Run(at if done or failed else None, outcome, error)
    return tuple(
        Timer(
            name=name,
            meaning=_meaning(name),
            every=_periods[name],
            due_at=EPOCH + (presents[name] + 1) * _periods[name],
            last_run_at=runs[name].at,
            outcome=runs[name].outcome,
            error=runs[name].error,
        )
        for name in sorted(_periods)
    )


def run_now(name: str) -> None:
    """Has a timer run (again) in this period, as soon as a worker is free.

    Raises:
        NoSuchTimer: there is none of this name.
        TimerRunning: it is at work just now.
    """
    if name not in _periods:
        raise NoSuchTimer(f"There is no timer named {name}.")
    key = str((now() - EPOCH) // _periods[name])
    with transaction.atomic():
        outbox.emit(name, key=key)
        rows = fetch(
            "UPDATE es.outbox SET due_at = %s, sent_at = NULL, attempts = 0, done_at = NULL,"
            " failed_at = NULL WHERE id = %s AND (sent_at IS NULL OR done_at IS NOT NULL)"
            " RETURNING true",
            (now(), effect_id(name, key)),
        )
    if not rows:
        raise TimerRunning(f"{name} is running at this moment; look again when it has ended.")


@dataclass(frozen=True, slots=True)
class _Run:
    at: datetime | None
    outcome: Outcome
    error: str


def _ids(name: str, numbers: range) -> Sequence[UUID]:
    return [effect_id(name, str(number)) for number in numbers]


def _meaning(name: str) -> str:
    """Returns the first sentence of what the effect's function says about itself."""
    text = declared()[name].function.__doc__ or ""
    return " ".join(text.strip().partition("\n\n")[0].split())
