"""Orders through the API: how many a second, how long each takes, what each asks of PostgreSQL."""

import json
from collections import Counter
from typing import Any

import psycopg

from tests.bench.figures import per_unit
from tests.bench.load import Outcome, ask
from tests.bench.pages import milliseconds, pages
from tests.bench.report import Report
from tests.bench.running import Bench, cpu_seconds, shop_processes
from tests.bench.scripts import Buy
from tests.bench.wire import Request

CLIENTS = (1, 8, 32)
WARM_ORDERS = 20
UNITS = 100_000
FLOW_GOAL = 60


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps orders a second with percentiles; every order is looked for afterwards."""
    skus = stocked(bench)
    buy = Buy(skus, "invoice")
    warm = bench.crew.run(bench.shop.port, buy, clients=4, seconds=20.0, most=WARM_ORDERS)
    rows, whole = [], len(warm.seconds)
    for clients in CLIENTS:
        outcome, cpu = bought(bench, buy, clients)
        whole += len(outcome.seconds)
        rows.append(row(clients, outcome, cpu))
    states = orders(bench)
    lost = whole - states["confirmed"]
    heads = ["clients", "orders/s", "p50 ms", "p95 ms", "p99 ms", "orders", "errors", "CPU ms",
             "client %"]  # fmt: skip
    names = ("clients", "per_second", "p50_ms", "p95_ms", "p99_ms", "orders", "errors",
             "server_cpu_ms", "client_cpu_percent")  # fmt: skip
    title = "Order flow over the API: cart, 2 lines, address, review with delivery, order, payment"
    report.table(title, heads, [[one[name] for name in names] for one in rows])
    errors = warm.errors + [one["first_error"] for one in rows if one["first_error"]]
    report.say(f"Seven requests a flow, two of {len(skus)} SKUs at random, paid by invoice.")
    report.say(f"Of {whole} orders {states['confirmed']} are confirmed, {max(lost, 0)} are lost.")
    if errors or lost > 0:
        report.say(f"WRONG, must be 0 errors and 0 lost: {errors[:1]} {dict(states)}")
    found = {"figures": rows, "orders": whole, "lost": lost, "states": dict(states)}
    report.keep("flow", {**found, "statements": statements(bench, report)})


def stocked(bench: Bench) -> tuple[str, ...]:
    """Returns 200 SKUs, of which nobody will run out."""
    key = {"Authorization": bench.key("stock:write")}
    page = json.loads(bench.shop.get("/api/staff/stock?page_size=200", **key)[2])
    skus = tuple(level["sku"] for level in page["levels"])
    receipts = {"lines": [{"sku": sku, "quantity": UNITS} for sku in skus]}
    answer = ask(bench.shop.port, Request("POST", "/api/staff/stock/receipts", receipts, key))
    answer.expect(204)
    return skus


def bought(bench: Bench, buy: Buy, clients: int) -> tuple[Outcome, float]:
    """Lets clients buy for a while; returns what they saw and the servers' processor seconds."""
    served = shop_processes(bench.shop)
    servers = [*served["web"], *served["PostgreSQL"]]
    before = cpu_seconds(servers)
    pace = bench.pace
    outcome = bench.crew.run(
        bench.shop.port, buy, clients=clients, seconds=pace.flow_seconds, most=pace.most_orders
    )
    return outcome, cpu_seconds(servers) - before


def row(clients: int, outcome: Outcome, cpu: float) -> dict[str, Any]:
    return {
        "clients": clients,
        "per_second": outcome.rate,
        "p50_ms": milliseconds(outcome, 50),
        "p95_ms": milliseconds(outcome, 95),
        "p99_ms": milliseconds(outcome, 99),
        "orders": len(outcome.seconds),
        "errors": len(outcome.errors),
        "first_error": outcome.errors[0] if outcome.errors else None,
        "server_cpu_ms": per_unit(cpu * 1000, len(outcome.seconds)),
        "client_cpu_percent": round(100 * outcome.client_cpu_seconds / (outcome.duration or 1)),
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
