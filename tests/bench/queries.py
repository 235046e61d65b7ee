"""What cachalot gives where it is asked: the same requests with its answers and past it.

`python -m tests.bench.queries` prints JSON; `just bench cache` runs it over the shop's database.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import django

from tests.bench.report import Report
from tests.bench.running import Bench

TIMES = 100


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps processor time of requests with and without cachalot."""
    rows: list[dict[str, Any]] = json.loads(bench.child("tests.bench.queries").splitlines()[-1])
    heads = ["asked", "Python ms", "PostgreSQL ms", "Python ms past it", "PostgreSQL ms past it",
             "saved %"]  # fmt: skip
    keys = ("asked", "python", "postgresql", "python_past", "postgresql_past", "saved_percent")
    report.table("cachalot: a hit, and the same past it", heads,
                 [[row[key] for key in keys] for row in rows])  # fmt: skip
    report.say(
        "Processor time of one process and of its session. Statements by hand (`prepared`) are\n"
        "never looked up: naming a question for cachalot takes longer than asking it."
    )
    report.keep("cachalot", rows)


def compared(name: str, run: Callable[[], object]) -> dict[str, Any]:
    # Here because they need Django's applications, which `main` sets up.
    with_it = best(run)
    with uncached():
        past = best(run)
    whole, saved = with_it.python + with_it.postgresql, past.python + past.postgresql
    return {
        "asked": name,
        "python": with_it.python,
        "postgresql": with_it.postgresql,
        "python_past": past.python,
        "postgresql_past": past.postgresql,
        "saved_percent": 100 * (1 - whole / saved),
    }
