"""What a growing log costs: the same figures at a tenth, a half and the whole of a year."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

import verify
from tests.bench.append import migrated, variables
from tests.bench.history import Run, imported, sheet
from tests.bench.report import Report
from tests.bench.running import Bench
from tests.bench.store import show, stored
from tests.support.servers import ROOT

PARTS = (10, 50, 100)


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps the figures of import, store and proof at each part of the year."""
    path, lines, what = sheet(bench)
    rows, kept = [], {}
    with migrated(bench, "growth") as url:
        before = 0
        for percent in PARTS:
            upto = lines * percent // 100
            run = imported(bench, url, part(bench, path, upto))
            found = {"load_average": os.getloadavg()[0], **stored(bench, url)}
            show(report, found, f"{percent} % of {what}")
            proof = proved(bench, url, percent)
            new = upto - before
            row = [f"{percent} %", new, new / run.seconds, new / run.cpu_seconds, run.peak_mb]
            row += [proof["per_second"], proof["bytes_per_event"], found["load_average"]]
            rows.append(row)
            kept[str(percent)] = {"import": figures_of(run, new), "proof": proof, **found}
            before = upto
    report.table(
        f"Growth, {what}; lines are those that were new",
        [
            "part",
            "lines",
            "lines/s",
            "per CPU s",
            "peak MB",
            "verified/s",
            "bytes an event",
            "load",
        ],
        rows,
    )
    report.keep("growth", {"sheet": what, "parts": kept})


def figures_of(run: Run, new: int) -> dict[str, float]:
    return {
        "lines": new,
        "seconds": run.seconds,
        "cpu_seconds": run.cpu_seconds,
        "events": run.events,
        "peak_mb": run.peak_mb,
    }


def part(bench: Bench, path: Path, lines: int) -> Path:
    """Writes the first lines of a sheet as a sheet; the import passes over those it knows."""
    target = bench.folder / "part.parquet"
    pq.write_table(pq.read_table(path).slice(0, lines), target)
    return target


def proved(bench: Bench, url: str, percent: int) -> dict[str, float]:
    """Signs and exports the log and verifies the bundle."""
    folder = bench.folder / f"bundle-{percent}"
    for words in (("checkpoint", "now"), ("audit", "export", str(folder))):
        subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=variables(bench, url),
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=900,
        )
    events: int = json.loads((folder / "manifest.json").read_text())["size"]
    size = sum(file.stat().st_size for file in folder.iterdir())
    began = time.process_time()
    verify.verify(folder, verify.Question())
    seconds = time.process_time() - began
    return {
        "events": events,
        "per_second": events / seconds,
        "mb_per_second": size / seconds / 1e6,
        "bytes_per_event": size / events,
    }
