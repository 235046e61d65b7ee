"""Pages and order flow over a small shop and over a large one: what bends as it grows.

Processor time is what is compared: it does not depend on who else uses the machine.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
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
# What the mix does not ask for: words that many rows have, pages that lie deep.
STAFF_SEARCHES = (
    "/staff/orders/?q=customer",
    "/staff/orders/?q=12345",
    "/staff/orders/?view=problem",
    "/staff/orders/?fulfilment=shipped",
    "/staff/products/?q=heart",
    "/staff/products/?page=4",
    "/staff/stock/?q=heart",
    "/staff/stock/?page=4",
    "/staff/effects/?q=mail",
)
AUDITOR_SEARCHES = (
    "/auditor/log/?q=actor:import",
    "/auditor/log/?q=topic:payments.payment.captured.v1",
    "/auditor/stock/?q=s000",
    "/auditor/stock/?page=4",
)
CLIENTS = 4
SOME = 5_000
# An invoice of the made sheet has four lines, and as an order about ten events with its payment.
LINES, CUSTOMERS = 4, 5_000
LIMIT_SECONDS = 6 * 3600
# More than this much dearer than in the small shop is told apart.
BENDS, LEAST_MS = 1.5, 1.0


@dataclass(frozen=True, slots=True)
class LookAtAny:
    """Reads a page that nothing has kept: any product, category or two words.

    A parameter that the page does not know is answered, and the answer is not kept.
    """

    range: Range
    what: str

    def __call__(self, random: Random) -> Script:
        if self.what == "product":
            path = f"/products/{random.choice(self.range.products)}/?fresh=1"
        elif self.what == "category":
            category = random.choice(self.range.categories)
            path = f"/categories/{category}/?page={random.randint(1, 3)}&fresh=1"
        else:
            words = random.sample(self.range.words, 2)
            path = f"/search/?q={words[0]}+{words[1][:4]}{random.randint(1, 9)}"
        need((yield Request("GET", path)), 200, 404)
        return None


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps processor time of pages and flow, in the demo shop and as it is filled."""
    quick = bench.pace is QUICK
    products = asked("PRODUCTS", QUICK_PRODUCTS if quick else PRODUCTS)
    orders = asked("ORDERS", QUICK_ORDERS if quick else ORDERS)
    if len(products) != len(orders):
        raise RuntimeError("COUNTERFOIL_SIZES_PRODUCTS and _ORDERS need as many figures each.")
    steps: list[dict[str, Any]] = [{"what": contents(bench), "figures": figures(bench)}]
    for size in zip(products, orders, strict=True):
        seconds = grown(bench, *size)
        step = {"what": contents(bench), "figures": figures(bench), "filling_seconds": seconds}
        steps.append(step)
        report.say(
            f"Filling up to {size} took { ({name: round(s) for name, s in seconds.items()}) }."
        )
    told = " -> ".join(
        ", ".join(f"{number:,} {what}" for what, number in step["what"].items()) for step in steps
    )
    report.table(
        f"Pages and flow as the shop grows: {told}; processor ms of web and PostgreSQL each",
        ["what", *(f"{step['what']['products']:,}" for step in steps), "ratio",
         "first p50", "last p50", "errors", ""],
        [compared(name, [step["figures"][name] for step in steps]) for name in steps[0]["figures"]],
    )  # fmt: skip
    report.keep("sizes", {"steps": steps})


def compared(name: str, found: Sequence[Mapping[str, Any]]) -> list[object]:
    """Returns a row: the milliseconds at each size, last to first, and whether that bends."""
    spent = [each["cpu_ms"] for each in found]
    was, now = spent[0], spent[-1]
    ratio = now / was if was and now else None
    bends = bool(ratio and ratio > BENDS and now - was > LEAST_MS)
    errors = sum(each["errors"] for each in found)
    waited = [found[0]["p50_ms"], found[-1]["p50_ms"]]
    return [name, *spent, ratio, *waited, errors, "bends" if bends else ""]


def asked(name: str, usual: int) -> list[int]:
    """Returns the sizes that the environment asks for, such as `10000,100000`, or the usual."""
    wanted = os.environ.get(f"COUNTERFOIL_SIZES_{name}", "") or str(usual)
    return [int(each) for each in wanted.split(",")]


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
    there = replace(whole_range(bench, skus), products=any_products(bench))
    found: dict[str, Play] = {
        **{f"any {what}": LookAtAny(there, what) for what in ("product", "category", "search")},
        "order by API": Buy(skus, "invoice"),
        "order by pages": BuyByPages(slugs(bench, skus)),
    }
    for account, pages in (
        (STAFF, STAFF_PAGES + STAFF_SEARCHES),
        (AUDITOR, AUDITOR_PAGES + AUDITOR_SEARCHES),
    ):
        cookies = tuple(sent(signed_in(bench, account)).items())
        found |= {f"{path}": Look(path, 1000, headers=cookies) for path in pages}
    return found


def any_products(bench: Bench) -> tuple[str, ...]:
    """Returns addresses of products from the whole range, not only the first."""
    sql = "SELECT slug FROM catalog_product WHERE status = 'active' ORDER BY md5(slug) LIMIT %s"
    with psycopg.connect(bench.database_url()) as connection:
        return tuple(slug for (slug,) in connection.execute(sql, [SOME]))


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
