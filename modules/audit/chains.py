"""The chains of single streams recomputed, at once and without the worker."""

from collections.abc import Callable
from uuid import UUID

from events.database import TENANT, fetch
from events.store import Stream, stream_head, verify_stream
from modules.audit.contracts import Verification, VerificationReport
from modules.audit.heads import every_stream, lost_events, standing
from modules.audit.streams import unknown


def verify(stream_id: UUID) -> Verification:
    """Recomputes the chain of a stream from its first event.

    Raises:
        StreamUnknown: there is no such stream.
    """
    found = standing(stream_id)
    if found is None:
        raise unknown(stream_id)
    return verified(found, lost_events(stream_id))


def verified(found: Stream, lost: dict[UUID, tuple[int, str]]) -> Verification:
    bad = verify_stream(found.stream_id)
    reason = ""
    if bad is not None and stream_head(found.stream_id) is None:
        reason = f"the stream's own row is gone, and its {found.version} events are left"
    elif bad is not None and bad > found.version:
        reason = f"the stream's own row does not say what its last event, {found.version}, says"
    elif bad is not None:
        reason = f"event {bad} does not follow from what is recorded before it"
    elif found.stream_id in lost:
        bad = lost[found.stream_id][0]
        reason = f"event {bad} was numbered in the log and is gone"
    return Verification(
        stream_id=found.stream_id,
        kind=found.kind,
        events=found.version,
        bad_version=bad,
        reason=reason,
    )


def count_streams() -> int:
    """Returns about how many streams `verify_all` will look at."""
    return int(fetch("SELECT count(*) FROM es.stream WHERE tenant_id = %s", (TENANT,))[0][0])


def verify_all(progress: Callable[[int], object] | None = None) -> VerificationReport:
    """Recomputes the chains of all streams; `progress` is called with the count so far.

    Streams of every kind count, and so does what is left of torn ones: events whose stream's row
    is gone, and numbers in the log whose event is.
    """
    done = events = 0
    broken = []
    lost = lost_events()
    for found in every_stream():
        outcome = verified(found, lost)
        lost.pop(found.stream_id, None)
        done += 1
        events += outcome.events
        if not outcome.whole:
            broken.append(outcome)
        if progress is not None:
            progress(done)
    broken += [
        Verification(
            stream_id=stream_id,
            kind=kind,
            events=0,
            bad_version=version,
            reason="the whole stream was numbered in the log and is gone",
        )
        for stream_id, (version, kind) in lost.items()
    ]
    return VerificationReport(streams=done, events=events, broken=tuple(broken))
