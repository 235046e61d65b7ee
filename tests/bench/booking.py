"""Books so many past orders and reconciles their charges; prints rates as one line of JSON.

A process of its own with DATABASE_URL; imported after `django.setup()`.
"""

import json
import time

from events import follower
from events.sequencer import sequence
from events.store import log_head
from modules.kernel.clock import now
from modules.ledger import reconciling
from modules.ledger.models import EntryRow, LegRow
from modules.ledger.reconciling import Books
from modules.payments.contracts import SettlementRecord
from tests.ledger.selling import sell

AT_ONCE = 500


def main(orders: int) -> None:
    for first in range(0, orders, AT_ONCE):
        sell(range(first, min(first + AT_ONCE, orders)))
    sequence()
    events, began = log_head(), time.monotonic()
    follower.catch_up(reconciling.JOURNAL)
    booking_seconds = time.monotonic() - began
    entries = EntryRow.objects.count()
    lines = [line(each) for each in EntryRow.objects.filter(kind="capture")]
    first_seconds, matched = compared(lines)
    again_seconds, _ = compared(lines)
    if matched != orders:
        raise RuntimeError(f"{matched} of {orders} charges were matched")
    found = {
        "orders": orders,
        "events": events,
        "entries": entries,
        "legs": LegRow.objects.count(),
        "events_per_second": events / booking_seconds,
        "entries_per_second": entries / booking_seconds,
        "rows_per_second": orders / first_seconds,
        "rows_again_per_second": orders / again_seconds,
    }
    print(json.dumps(found))


def line(entry: EntryRow) -> SettlementRecord:
    return SettlementRecord(
        id=str(entry.operation_id),
        kind="charge",
        amount_minor=entry.amount_minor or 0,
        currency=entry.currency,
        occurred_at=entry.effective_at,
        payment_id=entry.payment_id,
        operation_id=entry.operation_id,
    )


def compared(lines: list[SettlementRecord]) -> tuple[float, int]:
    """Returns the seconds of a pass over these lines, and how many were matched."""
    books = Books(provider="testbank", source="bench", since=None, until=now())
    began = time.monotonic()
    done = reconciling.reconcile(books, lines)
    return time.monotonic() - began, done.matched
