"""A flash sale over a shop with its whole range: how long shoppers wait, and whether it adds up."""

import json
from typing import Any
from urllib.parse import urlencode

import psycopg

from tests.bench.flash import sale
from tests.bench.flow import stocked
from tests.bench.load import ask
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.bench.wire import Request
from tests.support.web import web_processes

# How many press at the same moment, for a tenth as many units, and how many processes they ask.
SHOPPERS, SHOPPERS_IN_A_HURRY = 500, 60
PROCESSES = 4
P99_GOAL_MS = 2000


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps what came of a sale: who got a unit, who was told what, and how soon."""
    shoppers = SHOPPERS_IN_A_HURRY if bench.pace is QUICK else SHOPPERS
    units = shoppers // 10
    sku = on_offer(bench, units)
    earlier = deadlocks(bench)
    with web_processes(PROCESSES, bench.shop.data, bench.environment()) as port:
        came_of_it = sale(port, sku, shoppers)
    found = came_of_it.figures() | {"units": units, "deadlocks": deadlocks(bench) - earlier}
    names = ("shoppers", "units", "sold", "p50_ms", "p99_ms", "slowest_ms", "repeats", "deadlocks")
    heads = ["shoppers", "units", "sold", "p50 ms", "p99 ms", "slowest", "sent twice", "deadlocks"]
    title = f"Flash sale over {PROCESSES} processes; goal: p99 {P99_GOAL_MS} ms"
    report.table(title, heads, [[found[name] for name in names]])
    report.say(f"Refused before they paid: {found['refused']}. Time: from the press to the answer.")
    left = free(bench, sku)
    if found["sold"] != units or left or found["deadlocks"]:
        report.say(f"WRONG: {units} units, {found['sold']} sold, {left} left free")
    report.keep("flash", found)


def on_offer(bench: Bench, units: int) -> str:
    """Returns a SKU of which exactly so many units are free."""
    sku = stocked(bench)[0]
    level = stock(bench, sku)
    on_hand = level["on_hand"] - level["free"] + units
    body = {"sku": sku, "on_hand": on_hand, "reason": "count"}
    key = {"Authorization": bench.key("stock:write")}
    ask(bench.shop.port, Request("POST", "/api/staff/stock/adjustments", body, key)).expect(200)
    return sku


def free(bench: Bench, sku: str) -> int:
    return int(stock(bench, sku)["free"])


def stock(bench: Bench, sku: str) -> dict[str, Any]:
    key = {"Authorization": bench.key("stock:write")}
    path = f"/api/staff/stock/levels?{urlencode({'sku': sku})}"
    [level] = json.loads(bench.shop.get(path, **key)[2])
    return dict(level)


def deadlocks(bench: Bench) -> int:
    """Returns how many PostgreSQL had to end; those of sessions that are open may come late."""
    with psycopg.connect(bench.database_url()) as connection:
        row = connection.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone()
    return int(row[0]) if row else 0
