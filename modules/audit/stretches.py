"""Where in the log a time lies, and how many events became true when: exactly, and at once.

The log is cut into stretches of positions, each with its first and last moment of recording and
with the sums of its money, and its events are counted by quarters of an hour. All is carried on by
whoever reads it, as the sequencer is; what is past never changes, so nothing is ever counted twice.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from events.database import execute, fetch
from events.moments import AsOf
from events.sequencer import sequence
from events.store import log_head
from modules.audit import sums

STRETCH = 1_000
# So many stretches in one transaction; the first reader of a long log carries on several times.
AT_ONCE = 100
# A page adds so many stretches, and reads the events of so many that are not counted yet; the
# part of a page that says how far the counting is adds more each time it asks.
AT_A_LOOK = 5
AT_A_TURN = 50
QUARTER = timedelta(minutes=15)
# Spans that a chart's bar may stand for, in quarters of an hour: up to days, weeks, 4 weeks.
SPANS = (1, 2, 4, 8, 24, 48, 96, 192, 672, 1_344, 2_688)
BARS = 60
# From so long on no bar is shorter than a day, and PostgreSQL adds quarters up to days.
DAY = timedelta(days=1)
LONG = BARS * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_COUNTED = (
    "SELECT date_bin(%s, starts_at, 'epoch'), sum(events)::bigint,"
    " (SELECT max(last) FROM audit_stretch) FROM audit_quarter GROUP BY 1"
)
_QUARTERS = (
    "SELECT date_bin('15 minutes', e.effective_at, 'epoch'), count(*) FROM"
    " (SELECT * FROM es.log WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) l"
    " JOIN es.event e USING (tenant_id, stream_id, version) GROUP BY 1"
)
_STRETCHES = (
    "INSERT INTO audit_stretch (last, first_recorded_at, last_recorded_at)"
    " SELECT (l.position + %s - 1) / %s * %s, min(e.recorded_at), max(e.recorded_at) FROM"
    " (SELECT * FROM es.log WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) l"
    " JOIN es.event e USING (tenant_id, stream_id, version) GROUP BY 1"
)


def carry_on(at_most: int | None = None) -> None:
    """Adds the whole stretches that the log has grown by, unless another reader does just now.

    `at_most` so many, for those who cannot wait for a year to be counted.
    """
    sequence()
    while _carry_on(at_most) and at_most is None:
        pass


def uncounted() -> int:
    """Returns how many events are still to be counted, if so many that a page cannot wait; else 0.

    So it is after a long import, or when no worker has run for long.
    """
    left = log_head() - counted()
    return left if left > AT_A_LOOK * STRETCH else 0


def _carry_on(at_most: int | None = None) -> bool:
    with transaction.atomic():
        if not fetch("SELECT pg_try_advisory_xact_lock(hashtext('counterfoil.stretches'))")[0][0]:
            return False
        head, last = log_head(), counted()
        if last > head:
            # Positions came to an end that were there before: a log put back by a restore.
            execute("DELETE FROM audit_stretch")
            execute("DELETE FROM audit_quarter")
            sums.forget_sums()
            last = 0
        upto = min(last + STRETCH * (at_most or AT_ONCE), head // STRETCH * STRETCH)
        if upto <= last:
            return False
        execute(_STRETCHES, (STRETCH, STRETCH, STRETCH, last, upto, upto - last))
        execute(
            f"INSERT INTO audit_quarter (starts_at, events) {_QUARTERS}"
            " ON CONFLICT (starts_at) DO UPDATE"
            " SET events = audit_quarter.events + excluded.events",
            (last, upto, upto - last),
        )
        sums.sum_up(last, upto, STRETCH)
        return upto < head // STRETCH * STRETCH


def counted() -> int:
    """Returns the position up to which stretches are there."""
    last: int = fetch("SELECT coalesce(max(last), 0) FROM audit_stretch")[0][0]
    return last


def sums_then(as_of: AsOf) -> dict[str, dict[sums.Kind, sums.Sum]]:
    """Returns what counts by a moment, by currency and kind; exact, whatever is summed up yet."""
    return sums.sums_by(as_of, STRETCH)


def density() -> tuple[tuple[datetime, int], ...]:
    """Returns how many events of the whole log became true in each of at most 60 equal spans.

    The spans are of round length, from a quarter of an hour to weeks; the counts are exact, but for
    the events that are `uncounted`.
    """
    carry_on(AT_A_LOOK)
    first, newest = fetch("SELECT min(starts_at), max(starts_at) FROM audit_quarter")[0]
    unit = QUARTER if first is None or newest - first < LONG else DAY
    # One statement, so that the counts and what they cover are of one moment.
    rows = fetch(_COUNTED, (unit,))
    counts = {row[0]: row[1] for row in rows}
    last, head = (rows[0][2] if rows else 0), log_head()
    tail = 0 if uncounted() else max(head - last, 0)
    for quarter, count in fetch(_QUARTERS, (last, head, tail)):
        start = quarter - (quarter - EPOCH) % unit
        counts[start] = counts.get(start, 0) + count
    return bars(counts)


def bars(counts: dict[datetime, int]) -> tuple[tuple[datetime, int], ...]:
    """Returns the counts of quarters of an hour in equal spans, 60 at most; empty ones included."""
    if not counts:
        return ()
    first, last = [(moment - EPOCH) // QUARTER for moment in (min(counts), max(counts))]
    fitting = [each for each in SPANS if last // each - first // each < BARS]
    # Beyond the round ones whole days, because a long log is counted by them.
    span = fitting[0] if fitting else -(-(last - first + 1) // ((BARS - 1) * 96)) * 96
    start = first // span
    found = [0] * (last // span - start + 1)
    for moment, count in counts.items():
        found[(moment - EPOCH) // QUARTER // span - start] += count
    return tuple(
        (EPOCH + QUARTER * span * (start + number), count) for number, count in enumerate(found)
    )


def position_after(moment: datetime) -> int:
    """Returns a position up to which every event was recorded at `moment` or earlier."""
    carry_on(AT_A_LOOK)
    rows = fetch("SELECT min(last) FROM audit_stretch WHERE last_recorded_at > %s", (moment,))
    return counted() if rows[0][0] is None else int(rows[0][0]) - STRETCH


def position_before(moment: datetime) -> int:
    """Returns a position after which every event was recorded at `moment` or later."""
    carry_on(AT_A_LOOK)
    last, head = counted(), log_head()
    if uncounted():
        return head
    tail = fetch(
        "SELECT max(l.position) FROM"
        " (SELECT * FROM es.log WHERE position > %s ORDER BY position LIMIT %s) l"
        " JOIN es.event e USING (tenant_id, stream_id, version) WHERE e.recorded_at < %s",
        (last, max(head - last, 0), moment),
    )
    if tail[0][0] is not None:
        return int(tail[0][0])
    rows = fetch("SELECT max(last) FROM audit_stretch WHERE first_recorded_at < %s", (moment,))
    return int(rows[0][0] or 0)
