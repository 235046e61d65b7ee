"""What was ordered, moved and adjusted by any moment: exactly, however long the log is.

Each stretch of the log is summed once, with the first and last times of what it sums. A stretch all
of whose times are by the moment counts by its sum, one all of whose times are after it not at all;
events are read of the few in between and of what no stretch covers yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from events.database import execute, fetch
from events.moments import AsOf
from events.recorded import KNOWN_AT
from events.sequencer import sequence
from events.store import log_head

type Kind = Literal["ordered", "authorised", "captured", "voided", "refunded", "adjusted"]

# What each fact adds to, by its topic without the version.
KINDS: dict[str, Kind] = {
    "orders.order.placed": "ordered",
    "payments.payment.authorised": "authorised",
    "payments.payment.captured": "captured",
    "payments.payment.voided": "voided",
    "payments.payment.refunded": "refunded",
    "adjustments.adjustment.recorded": "adjusted",
}

# An order's amounts stand in its quote, which is large: so each is parsed once.
_FACTS = """
    FROM unnest(%s::bigint[], %s::bigint[]) AS r (after, upto)
    JOIN es.log l ON l.position > r.after AND l.position <= r.upto
    JOIN unnest(%s::text[], %s::text[]) AS k (name, kind)
        ON k.name = regexp_replace(l.topic, '[.]v[0-9]+$', '')
    JOIN es.event e USING (tenant_id, stream_id, version)
    CROSS JOIN LATERAL (
        SELECT coalesce(q.currency, d.currency) AS currency,
            coalesce(q.total_minor, d.amount_minor) AS minor, d.rest_millionths AS rest
        FROM json_to_record(e.payload) AS d
            (currency text, amount_minor bigint, rest_millionths bigint, quote json)
        LEFT JOIN LATERAL json_to_record(d.quote) AS q (currency text, total_minor bigint)
            ON d.quote IS NOT NULL
    ) said
"""
_SUMS = "count(*), sum(said.minor), coalesce(sum(said.rest), 0)"
_SUM_UP = f"""
    INSERT INTO audit_sum (last, kind, currency, facts, amount_minor, rest_millionths,
        first_recorded_at, last_recorded_at, first_effective_at, last_effective_at)
    SELECT (l.position + %s - 1) / %s * %s, k.kind, said.currency, {_SUMS},
        min({KNOWN_AT}), max({KNOWN_AT}), min(e.effective_at), max(e.effective_at)
    {_FACTS} GROUP BY 1, 2, 3
"""  # of constants
_CLOCKS = (
    "(%s::timestamptz IS NULL OR {name}_recorded_at {sign} %s)"
    " {word} (%s::timestamptz IS NULL OR {name}_effective_at {sign} %s)"
)
_WHOLE = _CLOCKS.format(name="last", sign="<=", word="AND")
_TOUCHED = _CLOCKS.format(name="first", sign="<=", word="AND")
# One statement, so that the sums and what they cover are of one moment.
_OF_STRETCHES = f"""
    SELECT kind, currency, CASE WHEN {_WHOLE} THEN 0 ELSE last END, sum(facts)::bigint,
        sum(amount_minor)::bigint, sum(rest_millionths)::bigint,
        (SELECT coalesce(max(last), 0) FROM audit_stretch)
    FROM audit_sum WHERE {_TOUCHED} GROUP BY 1, 2, 3
    UNION ALL SELECT '', '', 0, 0, 0, 0, (SELECT coalesce(max(last), 0) FROM audit_stretch)
"""  # noqa: S608  # of constants
_OF_FACTS = f"""
    SELECT r.upto, k.kind, said.currency, {_SUMS} {_FACTS}
    WHERE (%s::timestamptz IS NULL OR {KNOWN_AT} <= %s)
        AND (%s::timestamptz IS NULL OR e.effective_at <= %s)
    GROUP BY 1, 2, 3
"""  # of constants


@dataclass(slots=True)
class Sum:
    """So many facts and what they add up to: minor units, and millionths of one."""

    facts: int = 0
    amount_minor: int = 0
    rest_millionths: int = 0

    def add(self, facts: int, amount_minor: int, rest_millionths: int) -> None:
        self.facts += facts
        self.amount_minor += int(amount_minor)
        self.rest_millionths += int(rest_millionths)


def sum_up(after: int, upto: int, stretch: int) -> None:
    """Keeps the sums of the whole stretches between two positions; once for each."""
    execute(_SUM_UP, (stretch, stretch, stretch, *_ranges([(after, upto)])))


def sums_by(as_of: AsOf, stretch: int) -> dict[str, dict[Kind, Sum]]:
    """Returns what counts by a moment, by currency and kind."""
    sequence()
    head = log_head()
    known, effective = as_of.known_at, as_of.effective_at
    clocks = (known, known, effective, effective)
    found: dict[str, dict[Kind, Sum]] = {}
    # Of a stretch that a moment cuts, what of it is to be read.
    cut: dict[int, set[tuple[Kind, str]]] = {}
    rows = fetch(_OF_STRETCHES, (*clocks, *clocks))
    counted: int = rows[-1][-1]
    if counted > head:
        # A log put back by a restore: what was summed up is not of this one.
        rows, counted = [], 0
    for kind, currency, last, *sums, _ in rows:
        if last:
            cut.setdefault(last, set()).add((kind, currency))
        elif kind:
            _sum(found, currency, kind).add(*sums)
    ranges = [(last - stretch, last) for last in cut]
    if head > counted:
        ranges.append((counted, head))
    for upto, kind, currency, *sums in fetch(_OF_FACTS, (*_ranges(ranges), *clocks)):
        if upto > counted or (kind, currency) in cut[upto]:
            _sum(found, currency, kind).add(*sums)
    return found


def forget_sums() -> None:
    """Forgets every sum, together with the stretches they belong to."""
    execute("DELETE FROM audit_sum")


def _sum(found: dict[str, dict[Kind, Sum]], currency: str, kind: Kind) -> Sum:
    return found.setdefault(currency, {}).setdefault(kind, Sum())


def _ranges(ranges: Iterable[tuple[int, int]]) -> tuple[list[int], list[int], list[str], list[str]]:
    pairs = list(ranges)
    return [a for a, _ in pairs], [b for _, b in pairs], list(KINDS), list(KINDS.values())
