"""Orders by API and by pages: how many a second, how long each takes, and where its time goes."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import psycopg

from tests.bench.figures import per_unit
from tests.bench.load import Outcome, Play, ask
from tests.bench.pages import milliseconds, pages
from tests.bench.report import Report
from tests.bench.running import Bench, cpu_seconds, shop_processes
from tests.bench.scripts import Buy, BuyByPages
from tests.bench.wire import Request

CLIENTS = (1, 8, 32)
WARM_ORDERS = 20
UNITS = 100_000
FLOW_GOAL = 60
# Whose processor time is told apart, per order.
SERVERS = {"web": "web_ms", "PostgreSQL": "postgresql_ms", "worker": "worker_ms"}


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps orders a second, over the API and by pages; every order is looked for."""
    skus = stocked(bench)
    plays: dict[str, Play] = {"API": Buy(skus, "invoice"), "pages": BuyByPages(slugs(bench, skus))}
    rows, whole, errors = [], 0, []
    for way, play in plays.items():
        warm = bench.crew.run(bench.shop.port, play, clients=4, seconds=20.0, most=WARM_ORDERS)
        whole += len(warm.seconds)
        errors += warm.errors
        for clients in CLIENTS:
            outcome, cpu = bought(bench, play, clients)
            whole += len(outcome.seconds)
            errors += outcome.errors
            rows.append(row(way, clients, outcome, cpu))
    states = orders(bench)
    lost = whole - states["confirmed"]
    heads = ["by", "clients", "orders/s", "p50 ms", "p95 ms", "p99 ms", "errors", "web", "PG",
             "worker", "client"]  # fmt: skip
    names = ("by", "clients", "per_second", "p50_ms", "p95_ms", "p99_ms", "errors",
             *SERVERS.values(), "client_ms")  # fmt: skip
    title = "Order flow; the last four: ms of processor time an order"
    report.table(title, heads, [[one[name] for name in names] for one in rows])
    report.say(f"Seven requests a flow, two of {len(skus)} SKUs at random, paid by invoice.")
    report.say(f"Of {whole} orders {states['confirmed']} are confirmed, {max(lost, 0)} are lost.")
    if errors or lost > 0:
        report.say(f"WRONG, must be 0 errors and 0 lost: {errors[:1]} {dict(states)}")
    found = {"figures": rows, "orders": whole, "lost": lost, "states": dict(states)}
    where = whereabouts(bench, report)
    report.keep("flow", {**found, "statements": statements(bench, report), "where": where})


def slugs(bench: Bench, skus: Sequence[str]) -> dict[str, str]:
    """Returns the name of each SKU's product page."""
    found = json.loads(bench.shop.get(f"/api/variants?{urlencode({'sku': skus}, True)}")[2])
    return {each["sku"]: each["product_slug"] for each in found}


def whereabouts(bench: Bench, report: Report) -> dict[str, Any]:
    """Prints where one flow's time goes, measured alone in a process of its own."""
    flows: dict[str, Any] = json.loads(explained(bench, "--where"))
    rows = [
        [name, each["whole"], each["postgresql"], each["python"],
         max(0.0, each["whole"] - each["python"] - each["postgresql"])]
        for name, each in flows.items()
    ]  # fmt: skip
    heads = ["what", "ms in all", "in PostgreSQL", "in Python", "waiting (disk, processor)"]
    report.table("Where a flow's time goes, one client", heads, rows)
    layers = sorted({name for each in flows.values() for name in each["layers"]})
    table = [[name, *(each["layers"].get(name, 0.0) for each in flows.values())] for name in layers]
    report.table("Python by layer, ms a flow", ["layer", *flows], table)
    return flows


def stocked(bench: Bench) -> tuple[str, ...]:
    """Returns 200 SKUs, of which nobody will run out."""
    key = {"Authorization": bench.key("stock:write")}
    page = json.loads(bench.shop.get("/api/staff/stock?page_size=200", **key)[2])
    skus = tuple(level["sku"] for level in page["levels"])
    receipts = {"lines": [{"sku": sku, "quantity": UNITS} for sku in skus]}
    answer = ask(bench.shop.port, Request("POST", "/api/staff/stock/receipts", receipts, key))
    answer.expect(204)
    return skus


def bought(bench: Bench, play: Play, clients: int) -> tuple[Outcome, dict[str, float]]:
    """Lets clients buy for a while; returns what they saw and each kind's processor seconds."""
    served = shop_processes(bench.shop)
    before = {kind: cpu_seconds(served.get(kind, [])) for kind in SERVERS}
    pace = bench.pace
    outcome = bench.crew.run(
        bench.shop.port, play, clients=clients, seconds=pace.flow_seconds, most=pace.most_orders
    )
    after = {kind: cpu_seconds(served.get(kind, [])) for kind in SERVERS}
    return outcome, {kind: after[kind] - before[kind] for kind in SERVERS}


def row(way: str, clients: int, outcome: Outcome, cpu: dict[str, float]) -> dict[str, Any]:
    whole = len(outcome.seconds)
    return {
        "by": way,
        "clients": clients,
        "per_second": outcome.rate,
        "p50_ms": milliseconds(outcome, 50),
        "p95_ms": milliseconds(outcome, 95),
        "p99_ms": milliseconds(outcome, 99),
        "orders": whole,
        "errors": len(outcome.errors),
        "first_error": outcome.errors[0] if outcome.errors else None,
        **{name: per_unit(cpu[kind] * 1000, whole) for kind, name in SERVERS.items()},
        "client_ms": per_unit(outcome.client_cpu_seconds * 1000, whole),
    }


def orders(bench: Bench) -> Counter[str]:
    """Returns how many orders are in which state, as the database has them."""
    with psycopg.connect(bench.database_url()) as connection:
        rows = connection.execute("SELECT status, count(*) FROM orders_order GROUP BY 1").fetchall()
    return Counter(dict(rows))


def statements(bench: Bench, report: Report) -> dict[str, Any]:
    """Counts SQL in a process of its own with Django's test client, which runs the same code."""
    found: dict[str, Any] = json.loads(explained(bench))
    rows = [
        [name, each["statements"], each["transaction_control"], sum(each["repeated"].values()),
         FLOW_GOAL if "flow" in name else None]
        for name, each in found.items()
    ]  # fmt: skip
    heads = ["what", "statements", "of them BEGIN, COMMIT ...", "repeating", "goal, at most"]
    report.table("SQL statements", heads, rows)
    return found


def explained(bench: Bench, *options: str) -> str:
    """Returns what the counting process says of the order flow and the pages."""
    named = [f"{name}={look.path}" for name, look in pages(bench.shop).items()]
    return bench.child("tests.bench.counting", *options, *named)
