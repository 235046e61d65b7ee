"""What is printed of the mixed load: tables, sentences, and what is WRONG."""

import json
from collections.abc import Mapping
from typing import Any

from tests.bench.judging import (
    ERRORS_GOAL_PERCENT,
    GROWTH_GOAL_PERCENT,
    P99_GOAL_MS,
    SEEN_GOAL_MS,
    growing,
    wrong,
)
from tests.bench.mixing import SHARES
from tests.bench.report import Report

HEADS = ["requests", "errors", "p50 ms", "p95 ms", "p99 ms", "slowest ms"]
NAMES = ("requests", "errors", "p50_ms", "p95_ms", "p99_ms", "slowest_ms")
PAGE_WIDTH = 50


def show(report: Report, found: Mapping[str, Any]) -> None:
    """Prints the whole; what is not as it has to be are lines that begin with WRONG."""
    show_requests(report, found)
    show_machine(report, found)
    show_watchers(report, found["watchers"])
    after = found["afterwards"]
    for name, check in after["checks"].items():
        report.say(f"{'held' if check['held'] else 'WRONG'}: {name} ({check['seconds']:.1f} s)")
    report.say(f"Written: {json.dumps(after['written'])} at least as answered:")
    report.say(f"         {json.dumps(after['answered'])}")
    for line in wrong(found):
        report.say(f"WRONG: {line}")


def show_requests(report: Report, found: Mapping[str, Any]) -> None:
    asked = found["requests"]
    report.table(
        f"Mixed load, open loop, {found['rate']:.0f} requests/s wanted,"
        f" {asked['per_second']:.0f} reached; goals: errors at most {ERRORS_GOAL_PERCENT} %,"
        f" p99 {P99_GOAL_MS} ms",
        ["kind", "share %", *HEADS],
        [
            [kind, SHARES.get(kind, 100), *(each[name] for name in NAMES)]
            for kind, each in asked["kinds"].items()
        ],
    )
    report.say(f"Errors: {asked['error_percent']:.2f} %.")
    report.table(
        "Its slowest pages, by their median",
        ["page", *HEADS],
        [
            [each["page"][:PAGE_WIDTH], *(each[name] for name in NAMES)]
            for each in found["slowest_pages"]
        ],
    )


def show_machine(report: Report, found: Mapping[str, Any]) -> None:
    """Memory of each process and the processor time of all."""
    report.table(
        f"Memory (PSS, MB); goal: from half to end at most {GROWTH_GOAL_PERCENT} % more",
        ["process", "before", "half", "end"],
        [list(each.values()) for each in found["memory"]],
    )
    grown = ", ".join(growing(found["memory"]))
    report.say(f"Grew by more, and by more than noise: {grown or 'none'}.")
    seconds = sum(found["cpu"].values())
    parts = ", ".join(f"{name} {used:.1f}" for name, used in found["cpu"].items())
    each = 1000 * seconds / max(1, found["requests"]["kinds"]["all"]["requests"])
    report.say(f"Processor seconds: {seconds:.1f}, {each:.1f} ms a request: {parts}.")
    made = found["load_generator"]
    report.say(
        f"The load generator took {made['cpu_percent']:.0f} % of a core over"
        f" {made['connections']} connections and was {made['latest_ms']:.0f} ms late at most."
    )


def show_watchers(report: Report, watched: Mapping[str, Any]) -> None:
    times = [watched[name] or 0 for name in ("p50_ms", "p99_ms", "slowest_ms")]
    p50, p99, slowest = (f"{each:.0f} ms" for each in times)
    report.say(
        f"{watched['watchers']} watchers got {watched['messages']} messages; {watched['changes']}"
        f" changes were seen p50 {p50}, p99 {p99}, slowest {slowest} after the answer, goal"
        f" {SEEN_GOAL_MS} ms: {watched['late']} later than that."
    )
