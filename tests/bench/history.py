"""How fast a year of trade gets into the books, and in how much memory."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from tests.bench.append import migrated, variables
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.support.real_trade import find_real_trade
from tests.support.servers import ROOT
from tests.support.trade_sample import Row, clean_sales, write

MADE_LINES = 60_000
QUICK_LINES = 20_000
INVOICE_LINES, CODES = 21, 3_900
GOAL_LINES_PER_SECOND = 5_000
GOAL_PEAK_MB = 400
ADDED = re.compile(r"([\d,]+) events added")


@dataclass(frozen=True, slots=True)
class Run:
    """One import as a process of its own: wall clock, processor time of it alone, peak RSS."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    events: int


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps lines and events a second and peak memory, of a first and a second run."""
    path, lines, what = sheet(bench)
    with migrated(bench, "history") as url:
        first = imported(bench, url, path)
        again = imported(bench, url, path)
    report.table(
        f"import_history, {what}; goal {GOAL_LINES_PER_SECOND:,} lines/s in {GOAL_PEAK_MB} MB",
        ["run", "lines", "seconds", "CPU s", "lines/s", "events/s", "peak MB"],
        [row("first", lines, first), row("again", lines, again)],
    )
    report.say("Start and reading included; read models are written in the same transactions.")
    if again.events:
        raise RuntimeError(f"importing twice added {again.events} events")
    report.keep(
        "history",
        {
            "sheet": what,
            "lines": lines,
            "seconds": first.seconds,
            "cpu_seconds": first.cpu_seconds,
            "lines_per_second": lines / first.seconds,
            "events_per_second": first.events / first.seconds,
            "peak_mb": first.peak_mb,
            "again_seconds": again.seconds,
        },
    )


def row(name: str, lines: int, run: Run) -> list[object]:
    rates = [lines / run.seconds, run.events / run.seconds]
    return [name, lines, run.seconds, run.cpu_seconds, *rates, run.peak_mb]


def sheet(bench: Bench) -> tuple[Path, int, str]:
    """Returns the real year where it is there, else a made one; of a quick run, a part."""
    real = find_real_trade()
    if real is None or bench.pace is QUICK:
        rows = made(QUICK_LINES if bench.pace is QUICK else MADE_LINES)
        return write(bench.folder / "made.parquet", rows), len(rows), "a made sheet"
    return real, pq.ParquetFile(real).metadata.num_rows, "the real year"


def made(lines: int) -> list[Row]:
    """Returns sales in invoices of as many lines, and with as many codes, as real ones have."""
    return [
        replace(row, invoice=str(540_000 + n // INVOICE_LINES), code=str(20_000 + n * 7 % CODES))
        for n, row in enumerate(clean_sales(lines)[:lines])
    ]


def imported(bench: Bench, url: str, path: Path) -> Run:
    """Runs the command once. Raises: RuntimeError: it failed."""
    output = bench.folder / "history.txt"
    began = time.monotonic()
    with output.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "import_history", str(path)],
            cwd=ROOT,
            env=variables(bench, url),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        # Not `wait`: only this tells what the process used.
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    added = ADDED.search(output.read_text())
    if process.returncode or added is None:
        raise RuntimeError(f"the import failed:\n{output.read_text()[-3000:]}")
    return Run(
        seconds,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss * 1024 / 1e6,
        int(added[1].replace(",", "")),
    )
