"""Pages and order flow over a small shop and over a large one: what bends as it grows.

Processor time is what is compared: it does not depend on who else uses the machine.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import psycopg

from config.demo_accounts import AUDITOR, STAFF
from tests.bench.figures import per_unit, percentile
from tests.bench.flow import slugs, stocked
from tests.bench.load import Outcome, Play, Script
from tests.bench.mixed import signed_in, whole_range
from tests.bench.mixing import AUDITOR_PAGES, STAFF_PAGES, Range
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench, cpu_seconds, shop_processes
from tests.bench.scripts import Buy, BuyByPages, Look, need, sent
from tests.bench.wire import Request
from tests.support.servers import ROOT
from tests.support.trade_sample import Row, clean_sales, write

PRODUCTS, ORDERS = 10_000, 20_000
QUICK_PRODUCTS, QUICK_ORDERS = 500, 500
CLIENTS = 4
# An invoice of the made sheet has four lines, and as an order about ten events with its payment.
LINES, CUSTOMERS = 4, 5_000
LIMIT_SECONDS = 6 * 3600
# More than this much dearer than in the small shop is told apart.
BENDS, LEAST_MS = 1.5, 1.0


@dataclass(frozen=True, slots=True)
class LookAtAny:
    """Reads a page that nobody has read before, most likely: any product, or any two words."""

    range: Range
    what: str

    def __call__(self, random: Random) -> Script:
        if self.what == "product":
            path = f"/products/{random.choice(self.range.products)}/"
        elif self.what == "category":
            category = random.choice(self.range.categories)
            path = f"/categories/{category}/?page={random.randint(1, 3)}"
        else:
            words = random.sample(self.range.words, 2)
            path = f"/search/?q={words[0]}+{words[1][:4]}{random.randint(1, 9)}"
        need((yield Request("GET", path)), 200, 404)
        return None


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps processor time of pages and flow, in the demo shop and in a large one."""
    quick = bench.pace is QUICK
    products = asked("PRODUCTS", QUICK_PRODUCTS if quick else PRODUCTS)
    orders = asked("ORDERS", QUICK_ORDERS if quick else ORDERS)
    small: dict[str, Any] = {"what": contents(bench), "figures": figures(bench)}
    seconds = grown(bench, products, orders)
    large: dict[str, Any] = {"what": contents(bench), "figures": figures(bench)}
    rows = []
    for name, after in large["figures"].items():
        before = small["figures"][name]
        was, now = before["cpu_ms"], after["cpu_ms"]
        ratio = now / was if was and now else None
        bends = bool(ratio and ratio > BENDS and now - was > LEAST_MS)
        rows.append([name, was, now, ratio, before["p50_ms"], after["p50_ms"],
                     before["errors"] + after["errors"], "bends" if bends else ""])  # fmt: skip
    told = " -> ".join(", ".join(f"{n:,} {w}" for w, n in each["what"].items())
                       for each in (small, large))  # fmt: skip
    report.table(
        f"Pages and flow as the shop grows: {told}; processor ms of web and PostgreSQL each",
        ["what", "small ms", "large ms", "ratio", "small p50", "large p50", "errors", ""],
        rows,
    )
    report.say(f"Filling took {json.dumps({name: round(each) for name, each in seconds.items()})}.")
    report.keep("sizes", {"small": small, "large": large, "filling_seconds": seconds})


def asked(name: str, usual: int) -> int:
    return int(os.environ.get(f"COUNTERFOIL_SIZES_{name}", "") or usual)


def contents(bench: Bench) -> dict[str, int]:
    """Returns how much there is."""
    sql = (
        "SELECT (SELECT count(*) FROM catalog_product), (SELECT count(*) FROM orders_order),"
        " (SELECT count(*) FROM es.event)"
    )
    with psycopg.connect(bench.database_url()) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return dict(zip(("products", "orders", "events"), row, strict=True))


def grown(bench: Bench, products: int, orders: int) -> dict[str, float]:
    """Fills range and log; returns how many seconds each took."""
    began = time.monotonic()
    run(bench, "-m", "tests.bench.stocking", str(products))
    filled = time.monotonic()
    path = write(bench.folder / "sizes.parquet", sheet(orders))
    run(bench, "manage.py", "import_history", str(path))
    with psycopg.connect(bench.database_url(), autocommit=True) as connection:
        connection.execute("ANALYZE")
    return {"products": filled - began, "orders": time.monotonic() - filled}


def sheet(orders: int) -> list[Row]:
    """Returns the lines of so many invoices, each of one customer, who comes back now and then."""
    return [
        replace(row, customer=float(10_000 + n // LINES % CUSTOMERS), country="United Kingdom")
        for n, row in enumerate(clean_sales(orders * LINES)[: orders * LINES])
    ]


def run(bench: Bench, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}:\n{(done.stdout + done.stderr)[-3000:]}")


def plays(bench: Bench) -> dict[str, Play]:
    """Returns what is measured, by name."""
    skus = stocked(bench)
    there = whole_range(bench, skus)
    found: dict[str, Play] = {
        **{f"any {what}": LookAtAny(there, what) for what in ("product", "category", "search")},
        "order by API": Buy(skus, "invoice"),
        "order by pages": BuyByPages(slugs(bench, skus)),
    }
    for account, pages in ((STAFF, STAFF_PAGES), (AUDITOR, AUDITOR_PAGES)):
        cookies = tuple(sent(signed_in(bench, account)).items())
        found |= {f"{path}": Look(path, 1000, headers=cookies) for path in pages}
    return found


def figures(bench: Bench) -> dict[str, dict[str, Any]]:
    """Returns processor and other milliseconds of each."""
    served = shop_processes(bench.shop)
    servers = [*served["web"], *served["PostgreSQL"]]
    result = {}
    for name, play in plays(bench).items():
        # Plans, connections and templates are there when it is measured.
        bench.crew.run(bench.shop.port, play, clients=CLIENTS, seconds=0.3)
        before = cpu_seconds(servers)
        outcome = bench.crew.run(
            bench.shop.port, play, clients=CLIENTS, seconds=bench.pace.page_seconds
        )
        result[name] = row(outcome, cpu_seconds(servers) - before)
    return result


def row(outcome: Outcome, cpu: float) -> dict[str, Any]:
    return {
        "cpu_ms": per_unit(cpu * 1000, len(outcome.seconds)),
        "p50_ms": percentile(outcome.seconds, 50) * 1000 if outcome.seconds else None,
        "times": len(outcome.seconds),
        "errors": len(outcome.errors),
        "first_error": outcome.errors[0] if outcome.errors else None,
    }
