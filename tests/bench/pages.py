"""Pages against the yardstick: requests a second as a ratio, in one run and in turns.

Each page has a twin: a view of bare Django that answers as many bytes from memory.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import psutil

from tests.bench.figures import per_unit, percentile, ratio, typical
from tests.bench.load import Outcome
from tests.bench.report import Report
from tests.bench.running import Bench, bare_server, cpu_seconds, shop_processes
from tests.bench.scripts import Look
from tests.support.shop import Shop

CLIENTS = (1, 8, 32, 128)
QUERY = "poster"
TWIN = "bare: "
WARM_CLIENTS = 16


@dataclass(frozen=True, slots=True)
class Target:
    """A page of the shop, or its twin, and the processes that serve it."""

    name: str
    port: int
    look: Look
    servers: tuple[psutil.Process, ...]


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps requests a second, ratio, p50 and p99 of each page."""
    shop = bench.shop
    served = shop_processes(shop)
    servers = (*served["web"], *served["PostgreSQL"])
    with bare_server(shop) as (port, process):
        bare = (process, *process.children(recursive=True))
        targets = []
        for name, look in pages(shop).items():
            targets.append(Target(f"{TWIN}{name}", port, twin(look), bare))
            targets.append(Target(name, shop.port, look, servers))
        for target in targets:
            bench.crew.run(target.port, target.look, clients=WARM_CLIENTS, seconds=1.0)
        found = [figures(bench, targets, clients) for clients in CLIENTS]
    heads = ["clients", "page", "requests/s", "ratio", "p50 ms", "p99 ms", "CPU ms", "client %",
             "errors"]  # fmt: skip
    names = ("clients", "page", "per_second", "ratio", "p50_ms", "p99_ms", "server_cpu_ms",
             "client_cpu_percent", "errors")  # fmt: skip
    rows = [row for group in found for row in group]
    title = f"Pages, anonymous and warm; ratio: median of {bench.pace.rounds} rounds"
    report.table(title, heads, [[row[name] for name in names] for row in rows])
    report.say(
        "CPU ms: of web server and PostgreSQL per request, fair on a busy machine too. client %:"
        "\nof one core, taken by the load generator; below 150 it is not what limits the rate."
    )
    report.keep("pages", {"targets": {t.name: asdict(t.look) for t in targets}, "figures": rows})


def pages(shop: Shop) -> dict[str, Look]:
    """Returns the largest category below a root, a product in it, and a search with many hits.

    Raises:
        RuntimeError: the shop has no such page.
    """
    roots = json.loads(shop.get("/api/categories")[2])
    below = [child for root in roots for child in root["children"]]
    category = max(below, key=lambda one: int(one["product_count"]))["path"]
    listed = json.loads(shop.get(f"/api/products?category={quote(category)}&page_size=1")[2])
    slug = listed["products"][0]["slug"]
    hits = json.loads(shop.get(f"/api/products?q={QUERY}&page_size=1")[2])["total"]
    paths = {
        "category": f"/categories/{category}/",
        "product": f"/products/{slug}/",
        "search": f"/search/?q={QUERY}",
    }
    result = {}
    for name, path in paths.items():
        status, _, body = shop.get(path)
        if status != 200 or not hits:
            raise RuntimeError(f"{path} answers {status}; {QUERY!r} has {hits} hits")
        result[name] = Look(path, len(body.encode()) * 9 // 10)
    return result


def twin(look: Look) -> Look:
    """Returns a request for as many bytes as the page has, to the bare view."""
    count = look.least_bytes * 10 // 9
    return Look(f"/{count}/", count)


def figures(bench: Bench, targets: list[Target], clients: int) -> list[dict[str, Any]]:
    """Measures all targets in turns, round by round; returns a row for each."""
    rounds: list[dict[str, float]] = []
    outcomes = {target.name: Outcome() for target in targets}
    cpu = {target.name: 0.0 for target in targets}
    for _ in range(bench.pace.rounds):
        rates = {}
        for target in targets:
            before = cpu_seconds(list(target.servers))
            seconds = bench.pace.page_seconds
            outcome = bench.crew.run(target.port, target.look, clients=clients, seconds=seconds)
            cpu[target.name] += cpu_seconds(list(target.servers)) - before
            rates[target.name] = outcome.rate
            outcomes[target.name].add(outcome)
        rounds.append(rates)
    return [row(clients, name, rounds, outcomes[name], cpu[name], bench) for name in outcomes]


def row(
    clients: int,
    name: str,
    rounds: list[dict[str, float]],
    outcome: Outcome,
    cpu: float,
    bench: Bench,
) -> dict[str, Any]:
    measured = bench.pace.page_seconds * len(rounds)
    server_cpu = per_unit(cpu * 1000, len(outcome.seconds))
    return {
        "clients": clients,
        "page": name,
        "per_second": typical(rounds, name),
        "ratio": ratio(rounds, name, f"{TWIN}{name.removeprefix(TWIN)}"),
        "p50_ms": milliseconds(outcome, 50),
        "p99_ms": milliseconds(outcome, 99),
        "server_cpu_ms": server_cpu,
        "client_cpu_percent": round(100 * outcome.client_cpu_seconds / measured),
        "errors": len(outcome.errors),
        "first_error": outcome.errors[0] if outcome.errors else None,
    }


def milliseconds(outcome: Outcome, percent: float) -> float | None:
    return percentile(outcome.seconds, percent) * 1000 if outcome.seconds else None
