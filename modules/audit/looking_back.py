"""A whole read model as of the past, folded by the worker step by step into a file."""

from pathlib import Path
from uuid import UUID

from events import scratch
from events.moments import AsOf, as_of, read_moment
from events.scratch import Scratch
from modules.audit.bundling import folder
from modules.audit.contracts import AskPast, BundleGone, RunRefused
from modules.audit.mending import need_schemas
from modules.audit.models import Run
from modules.audit.running import Pace
from modules.kernel.errors import DomainError

LONGEST_POSITION = 18


class _StepOver(Exception):  # control flow, not an error
    """The step's time is up; what is folded stays."""


def subject_of(asked: AskPast) -> str:
    """Returns what is asked for as the subject of a run, which `read_subject` reads.

    Raises:
        MomentAhead: one of the two times is still to come.
        MomentUnreadable: one of the two says no offset.
    """
    moment = as_of(asked) or AsOf()
    parts = (
        ("position", asked.position),
        ("known", moment.known_at and moment.known_at.isoformat()),
        ("effective", moment.effective_at and moment.effective_at.isoformat()),
    )
    return " ".join(
        [asked.read_model, *(f"{name}={each}" for name, each in parts if each is not None)]
    )


def read_subject(subject: str) -> AskPast:
    """Raises: RunRefused: it is no such subject."""
    name, *parts = subject.split(" ")
    given = dict(each.partition("=")[::2] for each in parts)
    position = given.pop("position", "")
    known, effective = given.pop("known", ""), given.pop("effective", "")
    if given or (position and not (position.isdecimal() and len(position) <= LONGEST_POSITION)):
        raise RunRefused("A position of the log is a whole number.", subject=subject)
    return AskPast(
        read_model=name,
        position=int(position) if position else None,
        as_known_at=read_moment(known),
        as_effective_at=read_moment(effective),
    )


def check(subject: str) -> None:
    """Raises: RunRefused, NotRebuildable, PastRefused, MomentAhead, MomentUnreadable."""
    asked = read_subject(subject)
    scratch.with_what_they_read(asked.read_model)
    scratch.end_of_log(asked.position, as_of(asked) or AsOf())


def look_back(run: Run, pace: Pace) -> bool:
    """Folds on from where the last step ended, and writes the file at the end.

    Raises:
        NotRebuildable: there is no such read model, or the worker may not make its tables.
        RebuildStopped: an event could not be folded.
    """
    need_schemas()

    def progress(position: int, upto: int) -> None:
        pace.reached(position, upto)
        if pace.over and position < upto:
            raise _StepOver

    found = begun(run)
    try:
        found = scratch.fold_up(found, progress)
        unfinished = rows_of(run.id).with_suffix(".part")
        with unfinished.open("wb") as file:
            rows = scratch.write(found, file)
        unfinished.rename(rows_of(run.id))
    except _StepOver:
        return False
    except DomainError:
        scratch.discard(found.id)
        raise
    scratch.discard(found.id)
    run.done = run.total = found.upto
    run.result = {"facts": {"Rows": f"{rows:,}", "Bytes": f"{rows_of(run.id).stat().st_size:,}"}}
    return True


def begun(run: Run) -> Scratch:
    """Returns what the run has folded so far, of nothing yet the empty tables."""
    if run.cursor:
        return scratch.scratch(run.cursor["scratch"])
    asked = read_subject(run.subject)
    found = scratch.begin(
        asked.read_model,
        position=asked.position,
        as_of=as_of(asked) or AsOf(),
        owner=str(run.id),
    )
    run.cursor = {"scratch": found.id}
    # At once: the step may be killed, and the next one is to go on with these tables.
    Run.objects.filter(id=run.id).update(cursor=run.cursor)
    return found


def rows_of(run_id: UUID) -> Path:
    return folder() / f"{run_id}.rows.jsonl"


def open_rows(run_id: UUID) -> Path:
    """Returns the file of a finished look back.

    Raises:
        BundleGone: it is not made, or was deleted after its week.
    """
    path = rows_of(run_id)
    if not path.is_file():
        raise BundleGone("This file is not there any more: ask for it anew.", run_id=str(run_id))
    return path
