"""What the store itself costs: loads, sequencer, visibility, rebuild and drift check."""

import json
import subprocess
import sys
from statistics import median
from typing import Any

from tests.bench.append import migrated, variables
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.support.servers import ROOT

EVENTS, FEW_EVENTS = 50_000, 5_000
GOAL_PER_CORE = 50_000


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps the store's own figures, each with its ratio to a bare read."""
    with migrated(bench, "store") as url:
        found = stored(bench, url)
    show(report, found, "an otherwise empty log")
    report.keep("store", found)


def stored(bench: Bench, url: str) -> dict[str, Any]:
    """Measures over a database. Raises: RuntimeError: the figures were not reached."""
    events = FEW_EVENTS if bench.pace is QUICK else EVENTS
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.storing", str(events), str(bench.pace.rounds)],
        cwd=ROOT,
        env=variables(bench, url),
        stdout=subprocess.PIPE,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode:
        raise RuntimeError("the store's figures were not reached; the reason stands above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(report: Report, found: dict[str, Any], where: str) -> None:
    report.table(
        f"Loading an aggregate, over {where}; ratio: to reading its rows alone",
        ["events", "ms", "ratio"],
        [[each["events"], each["ms"], each["ratio"]] for each in found["loads"]],
    )
    report.table(
        f"Rebuild, over {where}; goal {GOAL_PER_CORE:,} small events per CPU second;"
        " ratio: reading the log alone to all of it",
        ["read model", "events", "seconds", "events/s", "per CPU s", "ratio"],
        [
            [
                *(each["what"], each["events"], each["seconds"], each["per_second"]),
                *(each["per_cpu_second"], each["ratio"]),
            ]
            for each in found["rebuild"]
        ],
    )
    middle = {
        name: median(each[name] for each in found["sequencer"]) for name in found["sequencer"][0]
    }
    report.say(
        f"Sequencer: {middle['catch_up_per_second']:,.0f} events/s in catch-up; an idle cycle takes"
        f" {middle['idle_ms']:.2f} ms, {middle['idle_ratio']:.1f} times a SELECT 1."
    )
    seen = found["visible"]
    report.say(
        f"From commit to the row of an async read model: p50 {seen['p50_ms']:.1f} ms,"
        f" p99 {seen['p99_ms']:.1f} ms; the append itself took {seen['append_ms']:.1f} ms."
    )
