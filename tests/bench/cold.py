"""Pages that nothing has kept: what one costs the web server and what it costs PostgreSQL.

Two kinds of cold, both through the same server as the bare view. `missed`: every request misses
the finished pages and cachalot, as after each edit; drawn parts are kept by their content, so that
what did not change is not drawn again. `nothing kept`: these are off too, as in a process that has
just started. In both the code, compiled templates and prepared statements are there.
"""

from typing import Any

import psutil

from tests.bench.figures import per_unit, ratio, typical
from tests.bench.load import Outcome
from tests.bench.pages import milliseconds, pages, twin
from tests.bench.report import Report
from tests.bench.running import Bench, bare_server, cpu_seconds, shop_processes
from tests.bench.scripts import Look
from tests.bench.serving import server

CLIENTS = 8
GOAL = 0.15
MISSED = {"QUERY_CACHE": "no", "PAGE_CACHE_MB": "0", "PAGE_VALIDATORS": "no"}
KINDS = {"missed": MISSED, "nothing kept": {**MISSED, "FRAGMENT_CACHE": "no"}}


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps requests a second, ratio, and processor time of web and PostgreSQL."""
    looks = pages(bench.shop)
    rows = []
    for kind, switched_off in KINDS.items():
        with server(bench, switched_off) as served, bare_server(bench.shop) as (port, bare):
            processes = (served.processes, [bare, *bare.children(recursive=True)])
            for name, look in looks.items():
                rows.append(figures(bench, kind, name, look, (served.port, port), processes))
    heads = ["cold", "page", "requests/s", "ratio", "p50 ms", "web CPU ms", "PostgreSQL CPU ms",
             "bare CPU ms", "errors"]  # fmt: skip
    keys = ("cold", "page", "per_second", "ratio", "p50_ms", "web_ms", "postgresql_ms", "bare_ms",
            "errors")  # fmt: skip
    title = f"Cold pages at {CLIENTS} clients; the goal is a ratio of {GOAL}"
    report.table(title, heads, [[row[key] for key in keys] for row in rows])
    report.say(
        "missed: no finished page and no cachalot, as after each edit; nothing kept: no drawn\n"
        "part either. Ratio: of requests/s to those of a bare view of as many bytes."
    )
    report.keep("cold", {"clients": CLIENTS, "figures": rows})


def figures(
    bench: Bench,
    kind: str,
    name: str,
    look: Look,
    ports: tuple[int, int],
    processes: tuple[list[psutil.Process], list[psutil.Process]],
) -> dict[str, Any]:
    """Measures a page and its twin in turns."""
    seconds = bench.pace.page_seconds
    plays = {"page": (ports[0], look), "bare": (ports[1], twin(look))}
    for port, play in plays.values():
        bench.crew.run(port, play, clients=CLIENTS, seconds=seconds / 2)
    servers = {
        "page": processes[0],
        "bare": processes[1],
        "PostgreSQL": shop_processes(bench.shop)["PostgreSQL"],
    }
    rounds: list[dict[str, float]] = []
    outcomes = {each: Outcome() for each in plays}
    used = dict.fromkeys(servers, 0.0)
    for _ in range(bench.pace.rounds):
        rates = {}
        for each, (port, play) in plays.items():
            counted = {"page": ("page", "PostgreSQL"), "bare": ("bare",)}[each]
            before = {server: cpu_seconds(servers[server]) for server in counted}
            outcome = bench.crew.run(port, play, clients=CLIENTS, seconds=seconds)
            for server_, began in before.items():
                used[server_] += cpu_seconds(servers[server_]) - began
            rates[each] = outcome.rate
            outcomes[each].add(outcome)
        rounds.append(rates)
    answers = {each: len(outcome.seconds) for each, outcome in outcomes.items()}
    return {
        "cold": kind,
        "page": name,
        "per_second": typical(rounds, "page"),
        "ratio": ratio(rounds, "page", "bare"),
        "p50_ms": milliseconds(outcomes["page"], 50),
        "web_ms": per_unit(used["page"] * 1000, answers["page"]),
        "postgresql_ms": per_unit(used["PostgreSQL"] * 1000, answers["page"]),
        "bare_ms": per_unit(used["bare"] * 1000, answers["bare"]),
        "errors": len(outcomes["page"].errors),
    }
