"""How often what pages show has changed, by scope: counted by PostgreSQL, remembered here.

Counts are compared, never clocks or ids: of two states of a database the later one has counted all
that the earlier one has, so counts of different processes can be held against each other.
"""

import hashlib
import threading
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import structlog
from django.db import Error, connection

from events.database import execute, fetch
from frontend.caching.marks import Marks

log = structlog.get_logger("counterfoil.cache")

# Everything but stock and availability: what is sold, how it is called, listed and delivered.
SHOP = "shop"
# Something sold out, is back or made to order: for pages that choose or sort by it.
SOLD = "sold"
# Changes made on another machine, or by hand, are seen after this at the latest.
CHECK_SECONDS = 0.5
# Rows older than this may be summed up, so whoever slept that long reads everything anew.
FORGET_SECONDS = 300.0

# While a page is rendered that may be kept: what every answer of a cache below must be as new as.
needed: ContextVar[str] = ContextVar("needed", default="")

_EPOCH = """
SELECT pg_current_snapshot()::text AS snapshot,
    concat_ws(' ', pg_postmaster_start_time(), current_database()) AS epoch
"""
_NEWS = f"""
SELECT here.snapshot, here.epoch, change.scope
FROM ({_EPOCH}) AS here
LEFT JOIN frontend_page_change AS change
    ON change.xid >= pg_snapshot_xmin(%s::text::pg_snapshot)
    AND NOT pg_visible_in_snapshot(change.xid, %s::text::pg_snapshot)
"""  # noqa: S608
_ALL = f"""
SELECT here.snapshot, here.epoch, counted.scope, counted.changes
FROM ({_EPOCH}) AS here
LEFT JOIN (
    SELECT scope, sum(changes)::bigint AS changes FROM (
        SELECT scope, changes FROM frontend_page_sum
        UNION ALL SELECT scope, count(*) FROM frontend_page_change GROUP BY scope
    ) AS each GROUP BY scope
) AS counted ON true
"""  # noqa: S608
_SUM_UP = """
WITH gone AS (
    DELETE FROM frontend_page_change
    WHERE xid < pg_snapshot_xmin(%s::text::pg_snapshot)
        AND pg_try_advisory_xact_lock(hashtext('frontend_page_sum'))
    RETURNING scope
)
INSERT INTO frontend_page_sum AS known (scope, changes)
SELECT scope, count(*) FROM gone GROUP BY scope
ON CONFLICT (scope) DO UPDATE SET changes = known.changes + EXCLUDED.changes
"""


def stock_scopes(skus: Iterable[str]) -> frozenset[str]:
    """Returns the scopes of these SKUs' stock: 4,096 in all, shared by SKUs of equal hash."""
    return frozenset([_scope("stock", sku) for sku in skus])


def product_scopes(products: Iterable[UUID]) -> frozenset[str]:
    """Returns the scopes of what cards say of these products' availability, as many."""
    return frozenset([_scope("product", product) for product in products])


@lru_cache(maxsize=10_000)
def _scope(kind: str, name: str | UUID) -> str:
    digest = hashlib.md5(str(name).encode(), usedforsecurity=False)
    return f"{kind}:{digest.hexdigest()[:3]}"


@dataclass(slots=True)
class _Known:
    counts: dict[str, int] = field(default_factory=dict)
    changed_at: dict[str, int] = field(default_factory=dict)
    snapshot: str = ""
    epoch: str = ""


class Versions:
    """What this process knows, and since when. All methods may be called by any thread."""

    def __init__(self, marks: Marks | None) -> None:
        self._marks = marks
        self._lock = threading.Lock()
        self._known = _Known()
        self._token = b""
        self._looked_at = float("-inf")
        self._old: tuple[float, str] | None = None
        self.number = 0
        self._complete_from = 0

    def look(self) -> int | None:
        """Returns the number of the newest change, having asked PostgreSQL if it must.

        Whatever was committed and answered on this machine before the call is counted; of other
        machines, and of a process killed before it could tell, what is older than CHECK_SECONDS.
        None: PostgreSQL does not answer, or a transaction is open here, which may not see it.
        """
        now = time.monotonic()
        marks = self._marks
        if (
            marks is not None
            and marks.token() == self._token
            and now - self._looked_at < CHECK_SECONDS
            and not marks.in_doubt(now)
        ):
            return self.number
        if connection.in_atomic_block:
            return None
        with self._lock:
            # Another thread may have asked meanwhile, after this call began.
            if self._looked_at < now and not self._ask():
                return None
            return self.number

    def still(self, number: int, scopes: Iterable[str]) -> dict[str, int] | None:
        """Returns the counts of `scopes`, or None if one has changed after change `number`."""
        with self._lock:
            if number < self._complete_from:
                return None
            if any(self._known.changed_at.get(scope, 0) > number for scope in scopes):
                return None
            return {scope: self._known.counts.get(scope, 0) for scope in scopes}

    def has_passed(self, counts: Mapping[str, int]) -> bool:
        """Tells whether any of these scopes has changed since it had this count."""
        known = self._known.counts
        return any(known.get(scope, 0) > count for scope, count in counts.items())

    def of_shop(self) -> str:
        """Returns a text that changes with everything but stock and availability."""
        known = self._known
        return f"{known.epoch} {known.counts.get(SHOP, 0)}"

    @property
    def epoch(self) -> str:
        """Names the database and its start: counts of another epoch cannot be compared."""
        return self._known.epoch

    def _ask(self) -> bool:
        token = self._marks.token() if self._marks is not None else b""
        asked_at = time.monotonic()
        try:
            if self._known.snapshot and asked_at - self._looked_at < FORGET_SECONDS:
                self._read_news()
            else:
                self._read_all()
            self._sum_up(asked_at)
        except Error as error:
            log.warning("the version of pages is not known", error=type(error).__name__)
            connection.close()
            return False
        self._token, self._looked_at = token, asked_at
        return True

    def _read_news(self) -> None:
        known = self._known
        rows = fetch(_NEWS, (known.snapshot, known.snapshot))
        if rows[0][1] != known.epoch:
            self._read_all()
            return
        news = [scope for _, _, scope in rows if scope is not None]
        known.snapshot = rows[0][0]
        if not news:
            return
        for scope in news:
            known.changed_at[scope] = self.number + 1
            known.counts[scope] = known.counts.get(scope, 0) + 1
        self.number += 1

    def _read_all(self) -> None:
        rows = fetch(_ALL)
        counts = {scope: changes for _, _, scope, changes in rows if scope is not None}
        self._known = _Known(counts, {}, rows[0][0], rows[0][1])
        self.number += 1
        self._complete_from = self.number

    def _sum_up(self, now: float) -> None:
        """Replaces rows that everybody has seen by their number, twice in FORGET_SECONDS."""
        if self._old is None:
            self._old = (now, self._known.snapshot)
        elif now - self._old[0] > FORGET_SECONDS * 2:
            execute(_SUM_UP, (self._old[1],))
            self._old = (now, self._known.snapshot)
