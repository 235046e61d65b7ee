"""What each level of caching saves: the same pages with one level more each time."""

import http.client
from dataclasses import replace
from typing import Any

from tests.bench import cold, queries, trading
from tests.bench.figures import per_unit, percentile
from tests.bench.idle import pss_bytes
from tests.bench.load import Outcome
from tests.bench.pages import milliseconds, pages
from tests.bench.report import Report
from tests.bench.running import Bench, cpu_seconds, shop_processes
from tests.bench.scripts import Look
from tests.bench.serving import Served, lines, server

CLIENTS = 8
TRIES = 5
NO_INDEXES = " ".join(
    f"-c enable_{kind}=off" for kind in ("indexscan", "bitmapscan", "indexonlyscan")
)
OFF = {
    "PGOPTIONS": NO_INDEXES,
    "QUERY_CACHE": "no",
    "FRAGMENT_CACHE": "no",
    "PAGE_CACHE_MB": "0",
    "PAGE_VALIDATORS": "no",
}
# Each level is switched on above those before it.
LEVELS = {
    "all off": (),
    "+ indexes of PostgreSQL": ("PGOPTIONS",),
    "+ queries (cachalot)": ("QUERY_CACHE",),
    "+ fragments": ("FRAGMENT_CACHE",),
    "+ finished pages": ("PAGE_CACHE_MB",),
    "+ the browser's copy": ("PAGE_VALIDATORS",),
}


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps p50, p99, hit rate, processor time and memory of each level."""
    looks = pages(bench.shop)
    off = dict(OFF)
    rows: list[dict[str, Any]] = []
    for level, names in LEVELS.items():
        for name in names:
            del off[name]
        with server(bench, off) as served:
            rows += [figures(bench, served, level, *each) for each in looks.items()]
    first = {row["page"]: row["p50_ms"] for row in rows if row["level"] == "all off"}
    for row in rows:
        row["cut_percent"] = 100 * (1 - row["p50_ms"] / first[row["page"]])
    heads = ["level", "page", "p50 ms", "cut %", "p99 ms", "requests/s", "CPU ms", "hits %",
             "web MB", "errors"]  # fmt: skip
    keys = ("level", "page", "p50_ms", "cut_percent", "p99_ms", "per_second", "server_cpu_ms",
            "hit_percent", "web_mb", "errors")  # fmt: skip
    title = f"Levels of caching at {CLIENTS} clients; each with those above it"
    report.table(title, heads, [[row[key] for key in keys] for row in rows])
    report.say(
        "cut %: of p50 against all off; the goal is 90. hits %: answered without Django.\n"
        "web MB: PSS of all processes that serve pages."
    )
    report.keep("cache", {"clients": CLIENTS, "figures": rows})
    cold.measure(bench, report)
    trading.measure(bench, report)
    queries.measure(bench, report)


def figures(bench: Bench, served: Served, level: str, name: str, look: Look) -> dict[str, Any]:
    """Warms one page, measures it, and counts in the log what Django had to answer."""
    play = look
    # A new shop's worker still makes its pictures smaller, which changes pages now and then.
    for _ in range(TRIES):
        if level == list(LEVELS)[-1]:
            known = (("If-None-Match", etag(served.port, look.path)),)
            play = replace(look, least_bytes=0, status=304, headers=known)
        seconds = bench.pace.page_seconds / 2
        if not bench.crew.run(served.port, play, clients=CLIENTS, seconds=seconds).errors:
            break
    processes = [served.process, *served.process.children(recursive=True)]
    counted = [*processes, *shop_processes(bench.shop)["PostgreSQL"]]
    before, rendered = cpu_seconds(counted), lines(served.log)
    outcome: Outcome = bench.crew.run(
        served.port, play, clients=CLIENTS, seconds=bench.pace.page_seconds * 2
    )
    answers = len(outcome.seconds)
    if not answers:
        raise RuntimeError(f"{level}, {name}: {outcome.errors[:1]}; see {served.log}")
    return {
        "level": level,
        "page": name,
        "p50_ms": percentile(outcome.seconds, 50) * 1000,
        "p99_ms": milliseconds(outcome, 99),
        "per_second": outcome.rate,
        "server_cpu_ms": per_unit((cpu_seconds(counted) - before) * 1000, answers),
        "hit_percent": round(100 * max(0.0, 1 - (lines(served.log) - rendered) / answers), 1),
        "web_mb": round(sum(pss_bytes(each) for each in processes) / 1e6),
        "errors": len(outcome.errors),
    }


def etag(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().headers["ETag"]
    finally:
        connection.close()
