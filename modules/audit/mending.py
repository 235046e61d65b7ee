"""Read models made anew, exchanged, compared and freed, as runs of the worker."""

from uuid import UUID

from events import drift, follower, rebuilding
from events.database import fetch
from events.errors import NotRebuildable
from events.exchanging import Exchanged
from events.standings import standings
from events.store import log_head
from modules.audit.contracts import RunRefused
from modules.audit.models import Run
from modules.audit.running import Pace


class _StepOver(Exception):  # control flow, not an error
    """The step's time is up; a rebuild broken off goes on where it stopped."""


def rebuild(run: Run, pace: Pace) -> bool:
    """Raises: NotRebuildable, RebuildStopped: as `events.rebuilding.rebuild` does."""
    need_schemas()

    def progress(position: int, head: int) -> None:
        pace.reached(position, head)
        if pace.over:
            raise _StepOver

    try:
        exchanged = rebuilding.rebuild(names(run), progress)
    except _StepOver:
        return False
    told(run, exchanged)
    return True


def switch_back(run: Run, pace: Pace) -> bool:
    """Raises: NotRebuildable: nothing is kept to go back to."""
    need_schemas()
    told(run, rebuilding.switch_back(names(run)))
    return True


def told(run: Run, exchanged: Exchanged) -> None:
    run.done = run.total = exchanged.position
    run.result = {
        "facts": {
            "Generation": str(exchanged.generation),
            "Writers waited": f"{exchanged.milliseconds:.0f} ms",
        }
    }


def check_drift(run: Run, pace: Pace) -> bool:
    """Compares all read models with a fold from the first event.

    Raises:
        NotRebuildable, RebuildStopped: as `events.drift.check` does.
    """
    need_schemas()
    fresh = not run.cursor
    run.cursor = {"begun": True}
    found = drift.check(fresh=fresh, seconds=pace.seconds)
    if found is None:
        reached = [each.position or 0 for each in standings() if each.state == "shadow"]
        run.done, run.total = min(reached, default=0), log_head()
        return False
    run.done = run.total = found.position
    run.result = {"facts": {"Cells that differ": f"{len(found.differences):,}"}}
    run.outcome = "bad" if found.differences else "good"
    return True


def retry(run: Run, pace: Pace) -> bool:
    """Folds a parked stream again.

    Raises:
        RunRefused: the stream is not parked any more, or still cannot be folded.
    """
    name, _, stream = run.subject.partition(" ")
    if not any(str(each.stream_id) == stream for each in follower.parked_streams(name)):
        raise RunRefused("This stream is not parked any more.", subject=run.subject)
    try:
        follower.unpark(name, UUID(stream))
    except follower.OUTAGES:
        raise
    except Exception as error:
        raise RunRefused(
            f"It still cannot be folded: {type(error).__name__}: {error}", subject=run.subject
        ) from error
    return True


def names(run: Run) -> list[str]:
    return [run.subject] if run.subject else []


def need_schemas() -> None:
    """Raises: NotRebuildable: the worker's role may not make the tables of a generation."""
    if not fetch("SELECT has_database_privilege(current_database(), 'CREATE')")[0][0]:
        raise NotRebuildable(
            "The worker's database role may not create schemas: let the owner of the tables run"
            " `manage.py projections`."
        )
