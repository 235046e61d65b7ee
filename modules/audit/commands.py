"""What an auditor writes: why personal data was looked at, and what the worker is to do."""

from uuid import UUID

from events import follower, generations
from events.commands import command
from events.context import current_context
from events.database import execute
from modules.audit import bundling, looking_back, mending, recording, stretches, verifying
from modules.audit.contracts import AskPast, AskRun, OpenSeals, ReasonMissing, RunRefused
from modules.audit.models import Run
from modules.audit.running import SILENCE, Work, do_step, fail, start
from modules.audit.selectors import head
from modules.kernel.clock import now
from modules.kernel.identity import new_id

LEAST_CHARACTERS = 10
WORKS: dict[str, Work] = {
    "verify": verifying.verify,
    "export": bundling.export,
    "drift": mending.check_drift,
    "rebuild": mending.rebuild,
    "back": mending.switch_back,
    "retry": mending.retry,
    "past": looking_back.look_back,
}


@command
def open_seals(message: OpenSeals) -> None:
    """Records who looks at a stream's personal data and why; only then may it be shown.

    Raises:
        StreamUnknown: there is no such stream.
        ReasonMissing: fewer than ten characters are no reason.
    """
    reason = message.reason.strip()
    if len(reason) < LEAST_CHARACTERS:
        raise ReasonMissing(
            "Say in a few words why you need to see personal data.", least=LEAST_CHARACTERS
        )
    stream_id = head(message.stream_id).stream_id
    execute(
        "INSERT INTO pii.look (id, actor, reason, stream_id, looked_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (new_id(), current_context().actor, reason, stream_id, now()),
    )


@command
def ask_run(message: AskRun) -> UUID:
    """Has the worker do a piece of work; asked for again while it is under way, it is the same.

    Returns the run's id, under which its progress and outcome are found.

    Raises:
        RunRefused: the subject is none of this kind of work.
        NotRebuildable: there is no such read model, or it does not say what tables it writes.
    """
    subject = message.subject.strip()
    check_subject(message.kind, subject)
    open_runs = Run.objects.select_for_update().filter(
        kind=message.kind, subject=subject, finished_at=None
    )
    for run in open_runs:
        if now() - run.heard_at < SILENCE:
            return run.id
        fail(run, "The worker was not heard of for ten minutes.")
    moment = now()
    run = Run(
        id=new_id(),
        kind=message.kind,
        subject=subject,
        actor=current_context().actor,
        asked_at=moment,
        heard_at=moment,
    )
    start(run)
    return run.id


def ask_past(message: AskPast) -> UUID:
    """Has the worker fold a whole read model as it was; returns the run's id.

    Raises:
        NotRebuildable: there is no such read model, or it does not say what tables it writes.
        PastRefused: the log is shorter, or both a position and a moment of knowing were given.
        MomentAhead, MomentUnreadable: a time that is to come, or says no offset.
    """
    return ask_run(AskRun(kind="past", subject=looking_back.subject_of(message)))


def check_subject(kind: str, subject: str) -> None:
    """Raises: RunRefused, NotRebuildable: see `ask_run`."""
    match kind:
        case "past":
            looking_back.check(subject)
        case "rebuild" | "back":
            generations.choose([subject] if subject else [])
        case "export" if subject and not (subject.isdecimal() and len(subject) < 19):
            raise RunRefused("The size of a checkpoint is a whole number.", subject=subject)
        case "retry":
            name, _, stream = subject.partition(" ")
            if not any(str(each.stream_id) == stream for each in follower.parked_streams(name)):
                raise RunRefused("This stream is not parked any more.", subject=subject)


def count_some() -> None:
    """Counts and sums up as much of the log as a part of a page has time for."""
    stretches.carry_on(stretches.AT_A_TURN)


def carry_on_run(run_id: UUID, step: int) -> None:
    """Does one step of a run, in transactions of its own. Raises: as `do_step` does."""
    do_step(run_id, step, WORKS, recording.record)
