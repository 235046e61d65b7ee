"""Longer work in steps of some seconds: a worker that dies costs a step, and nobody waits for it.

A step ends by itself well before an effect's time is up, keeps where it is, and asks for the next
one in the same transaction. So a run survives restarts, and its row says how far it is meanwhile.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction

from events.errors import RebuildUnderWay
from events.outbox import emit
from modules.audit.models import Run
from modules.kernel.clock import now
from modules.kernel.errors import DomainError

log = structlog.get_logger(__name__)

STEP = "audit.run"
# Well below the 45 seconds of an effect.
STEP_SECONDS = 20.0
REPORT_SECONDS = 0.5
# Rebuilds and drift checks of the read models take turns.
TURN = timedelta(seconds=3)
# A run that was not heard of for so long has lost its last attempt, and is taken for dead.
SILENCE = timedelta(minutes=10)


class Pace:
    """When a step has to end, and how it says meanwhile how far it is."""

    def __init__(self, run: Run, seconds: float) -> None:
        self.run = run
        self.deadline = time.monotonic() + seconds
        self.reported = 0.0

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.deadline

    @property
    def seconds(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def reached(self, done: int, total: int) -> None:
        """Tells the pages how far the work is, twice a second at most."""
        self.run.done, self.run.total = done, total
        if time.monotonic() - self.reported >= REPORT_SECONDS:
            self.reported = time.monotonic()
            Run.objects.filter(id=self.run.id).update(done=done, total=total, heard_at=now())


# Does a step of the work, changes `cursor`, `result` and `outcome`, and tells whether all is done.
type Work = Callable[[Run, Pace], bool]
# Records what a finished run came to, in the transaction that says that it is finished.
type Conclude = Callable[[Run], None]


def start(run: Run) -> None:
    """Stores a run and asks for its first step, in the caller's transaction."""
    run.save(force_insert=True)
    emit(STEP, key=f"{run.id}:0", run_id=run.id, step=0)


def do_step(run_id: UUID, step: int, works: dict[str, Work], conclude: Conclude) -> None:
    """Does one step of a run; one that was done already, or is of no use any more, is left alone.

    Raises:
        OperationalError, InterfaceError: the database is out; the step is repeated then.
    """
    run = Run.objects.filter(id=run_id, step=step, finished_at=None).first()
    if run is None:
        return
    run.started_at = run.started_at or now()
    Run.objects.filter(id=run.id).update(started_at=run.started_at, heard_at=now())
    try:
        finished = works[run.kind](run, Pace(run, STEP_SECONDS))
    except RebuildUnderWay:
        go_on(run, message="Waits until another rebuild or check is through.")
    except (OperationalError, InterfaceError):
        raise
    except DomainError as refusal:
        fail(run, refusal.message)
    except Exception as error:
        log.exception("run failed", run=str(run.id), kind=run.kind)
        fail(run, f"It failed ({type(error).__name__}); the worker's log says where.")
    else:
        if finished:
            conclude_once(run, conclude)
        else:
            go_on(run)


def go_on(run: Run, *, message: str = "") -> None:
    """Stores what a step came to, and asks for the next one with it."""
    with transaction.atomic():
        run.step += 1
        run.heard_at = now()
        run.message = message
        emit(
            STEP,
            key=f"{run.id}:{run.step}",
            due_at=now() + TURN if message else None,
            run_id=run.id,
            step=run.step,
        )
        run.save()


def conclude_once(run: Run, conclude: Conclude) -> None:
    """Stores what the last step came to, and has it concluded with it.

    A record damaged so badly that it takes no event any more hides no outcome: that it is not
    recorded is then part of it.
    """
    try:
        end(run, conclude)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("outcome not recorded", run=str(run.id), kind=run.kind)
        facts = run.result.setdefault("facts", {})
        facts["Not recorded"] = f"{type(error).__name__}; the worker's log says more"
        end(run, lambda _: None)


@transaction.atomic
def end(run: Run, conclude: Conclude) -> None:
    # A step that was handed out twice is concluded by whoever is first.
    if not Run.objects.select_for_update().filter(id=run.id, finished_at=None).exists():
        return
    run.step += 1
    run.heard_at = run.finished_at = now()
    run.outcome = run.outcome or "good"
    run.save()
    conclude(run)


def fail(run: Run, message: str) -> None:
    moment = now()
    Run.objects.filter(id=run.id).update(
        outcome="failed", message=message, finished_at=moment, heard_at=moment
    )
