"""How fast the books are folded from the log, and held against a provider's."""

import json
import subprocess
import sys
from typing import Any

from tests.bench.append import migrated, variables
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.support.servers import ROOT

ORDERS, FEW_ORDERS = 5_000, 500
# Models can be imported only after the set-up.
CHILD = "import django; django.setup(); from tests.bench import booking; booking.main({})"


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps events booked and lines reconciled a second."""
    orders = FEW_ORDERS if bench.pace == QUICK else ORDERS
    with migrated(bench, "ledger") as url:
        found = booked(bench, url, orders)
    report.table(
        f"Books: {found['events']:,} events, {found['entries']:,} entries, {found['legs']:,} legs",
        ["what", "per second"],
        [
            ["events of the log, booked", found["events_per_second"]],
            ["entries written, balanced by the database", found["entries_per_second"]],
            ["a provider's lines: kept, matched with entries", found["rows_per_second"]],
            ["the same lines again", found["rows_again_per_second"]],
        ],
    )
    report.keep("ledger", found)


def booked(bench: Bench, url: str, orders: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(orders)],
        cwd=ROOT,
        env=variables(bench, url),
        stdout=subprocess.PIPE,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        raise RuntimeError("the figures of the ledger were not reached; the reason stands above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
