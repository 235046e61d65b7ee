"""What the shop costs while nobody is there: time to start, memory of the whole process tree."""

import time
from typing import Any

import psutil

from tests.bench.report import Report
from tests.bench.running import Bench, shop_processes

GOAL_MB = 300
KINDS = ("supervisor", "web", "live", "worker", "PostgreSQL")


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps both starts, and the proportional memory of each kind of process."""
    first = bench.start_shop()
    bench.stop_shop()
    second = bench.start_shop()
    time.sleep(bench.pace.settle_seconds)
    rows = memory(bench)
    total = sum(row["pss_mb"] for row in rows)
    report.table(
        "Idle memory after a start; shared pages are divided among those who share them (PSS)",
        ["process", "processes", "PSS MB", "goal, at most"],
        [
            *([row["process"], row["processes"], row["pss_mb"], ""] for row in rows),
            ["sum", "", total, GOAL_MB],
        ],
    )
    report.table(
        "Start, until pages and streams answer",
        ["start", "seconds", "goal, at most"],
        [["first, with the demo shop loaded", first, 60], ["second", second, 8]],
    )
    found: dict[str, Any] = {"first_start_seconds": first, "second_start_seconds": second}
    report.keep("idle", {**found, "memory": rows, "total_pss_mb": total})


def memory(bench: Bench) -> list[dict[str, Any]]:
    """Returns megabytes (10^6 bytes) by kind of process."""
    found = shop_processes(bench.shop)
    return [
        {
            "process": name,
            "processes": len(found[name]),
            "pss_mb": sum(pss_bytes(one) for one in found[name]) / 1e6,
        }
        for name in (*KINDS, *sorted(found.keys() - set(KINDS)))
        if name in found
    ]


def pss_bytes(process: psutil.Process) -> int:
    """Returns a process's memory, each shared page counted by its share; 0 if it has ended."""
    try:
        with open(f"/proc/{process.pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    except (OSError, StopIteration):
        return 0
