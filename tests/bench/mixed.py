"""Mixed load: everybody at once for ten minutes, and 200 people who watch their order's page.

The load is an open loop: people come at their moment, whether or not others have been answered.
Afterwards everything that was written is examined.
"""

import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

from config.demo_accounts import AUDITOR, STAFF, DemoAccount
from tests.bench import judging, showing
from tests.bench.arrivals import Arrival, Helper, Played, load, spread
from tests.bench.changing import Watched, changes, sign_in, waiting
from tests.bench.flash import rush
from tests.bench.flow import slugs, stocked
from tests.bench.idle import pss_bytes
from tests.bench.load import Play
from tests.bench.mixing import (
    AUDITOR_PAGES,
    STAFF_PAGES,
    Browse,
    Checkout,
    FillBasket,
    Notify,
    Range,
    ReadPages,
    Search,
    arrivals,
    planned,
)
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench, cpu_seconds, shop_processes
from tests.bench.scripts import Buy, BuyByPages, placement
from tests.bench.watching import Seen, watch

RATE, SECONDS, QUICK_SECONDS, WATCHERS = 200.0, 600.0, 30.0, 200
# Requests that one watched order costs, of checkout and of staff, and their part of those kinds.
PAYING, ACTING, PART = 3, 4, 0.6
WARM_SECONDS = 5.0
FILLING = 8
# Until every stream shows its order, and until the last answer has come.
OPENING_SECONDS, LAST_SECONDS = 60.0, 300.0
# The last change is seen after its answer.
AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much: requests a second, for how many seconds, and how many watch."""

    rate: float = RATE
    seconds: float = SECONDS
    watchers: int = WATCHERS

    @property
    def changing(self) -> int:
        """How many of the watched orders are paid, shipped and delivered meanwhile."""
        pay = planned("checkout", self.rate, self.seconds) * PART / PAYING
        act = planned("staff", self.rate, self.seconds) * PART / ACTING
        return min(self.watchers, int(pay), int(act))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who will come, and the orders that are watched."""

    arrivals: list[Arrival]
    orders: list[Watched]


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps what a mixed load meets: errors, times, memory, watchers, invariants."""
    found = run(bench, wanted(quick=bench.pace is QUICK))
    showing.show(report, found)
    report.keep("mixed", found)


def wanted(*, quick: bool) -> Size:
    """Returns the size that COUNTERFOIL_MIXED_... ask for; where they are silent, the goal's."""
    usual = {"rate": RATE, "seconds": QUICK_SECONDS if quick else SECONDS, "watchers": WATCHERS}
    rate, seconds, watchers = (
        float(os.environ.get(f"COUNTERFOIL_MIXED_{name.upper()}", "") or figure)
        for name, figure in usual.items()
    )
    return Size(rate, seconds, int(watchers))


def run(bench: Bench, size: Size) -> dict[str, Any]:
    """Plays the whole; returns what it found, as it is kept.

    Raises:
        RuntimeError: it could not be prepared, or a process of the load generator ended.
    """
    random = Random(2026)
    crowd = gathered(bench, size, random)
    before = judging.counts(bench)
    tokens = {each.order_id: each.token for each in crowd.orders}
    with ExitStack() as stack:
        watcher = stack.enter_context(Helper(watch, bench.shop.live_port, tokens))
        watcher.answer(OPENING_SECONDS)
        loader = stack.enter_context(
            Helper(load, bench.shop.port, crowd.arrivals, random.getrandbits(32))
        )
        memory, used = observed(bench, loader, size.seconds)
        played = loader.answer(LAST_SECONDS)
        time.sleep(AFTER_SECONDS)
        watcher.line.send(None)
        seen = watcher.answer(OPENING_SECONDS)
    assert isinstance(played, Played)
    assert isinstance(seen, Seen)
    changing = [each.order_id for each in crowd.orders[: size.changing]]
    return {
        "rate": size.rate,
        "requests": judging.requests(played),
        "slowest_pages": judging.slowest_pages(played),
        "watchers": judging.watchers(played, seen, changing),
        "memory": memory,
        "cpu": used | {"load generator": played.cpu_seconds, "watchers": seen.cpu_seconds},
        "load_generator": judging.generator(played),
        "afterwards": judging.afterwards(bench, played, before),
    }


def gathered(bench: Bench, size: Size, random: Random) -> Crowd:
    """Prepares the shop, warms it, and returns who will come to it."""
    skus = stocked(bench)
    there = whole_range(bench, skus)
    staff, auditor = signed_in(bench, STAFF), signed_in(bench, AUDITOR)
    plays: dict[str, Play] = {
        "browse": Browse(there),
        "search": Search(there),
        "basket": FillBasket(there),
        "checkout": Checkout(Buy(skus, "invoice"), BuyByPages(there.slugs)),
        "staff": ReadPages(staff, STAFF_PAGES, "/staff/orders/", "/staff/orders/"),
        "auditor": ReadPages(auditor, AUDITOR_PAGES, "/auditor/", "/auditor/streams/"),
    }
    for play in plays.values():
        warm = bench.crew.run(bench.shop.port, play, clients=2, seconds=bench.pace.page_seconds)
        if warm.errors:
            raise RuntimeError(f"the mix cannot be played: {warm.errors[0]}")
    scripts = [waiting(random.sample(skus, 2)) for _ in range(size.watchers)]
    orders = [each.outcome for each in rush(bench.shop.port, scripts, at_once=FILLING)]
    placed = [each for each in orders if isinstance(each, Watched)]
    letters = planned("webhook", size.rate, size.seconds)
    unpaid = [placement(random.sample(skus, 2), "stripe", uuid4()) for _ in range(letters)]
    rush(bench.shop.port, unpaid, at_once=FILLING)
    changed = changes(placed[: size.changing], staff, random, size.seconds)
    taken = {"checkout": size.changing * PAYING, "staff": size.changing * ACTING}
    others = arrivals(plays, random, rate=size.rate, seconds=size.seconds, taken=taken)
    return Crowd([*changed, *others, *written(bench, random, size.seconds)], placed)


def whole_range(bench: Bench, skus: Sequence[str]) -> Range:
    """Returns the products, categories and words of the shop as its API lists them."""
    products: list[dict[str, Any]] = json.loads(bench.shop.get("/api/products?page_size=100")[2])[
        "products"
    ]
    roots = json.loads(bench.shop.get("/api/categories")[2])
    paths = [each["path"] for root in roots for each in (root, *root["children"])]
    words = sorted({word for each in products for word in each["title"].split() if len(word) > 3})
    return Range(
        tuple(each["slug"] for each in products), tuple(paths), tuple(words), slugs(bench, skus)
    )


def signed_in(bench: Bench, account: DemoAccount) -> dict[str, str]:
    (visitor,) = rush(bench.shop.port, [sign_in(account.email, account.password)])
    assert isinstance(visitor.outcome, dict)
    return visitor.outcome


def written(bench: Bench, random: Random, seconds: float) -> list[Arrival]:
    """Returns the letters that authorise the payments which wait at Stripe, as they will come."""
    lines = bench.child("tests.bench.letters", "waiting").splitlines()
    bodies = [json.loads(line)["body"] for line in lines if line.startswith("{")]
    moments = spread(random, len(bodies), 0.0, seconds)
    return [Arrival(at, "webhook", Notify(body)) for at, body in zip(moments, bodies, strict=True)]


def observed(
    bench: Bench, loader: Helper, seconds: float
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Looks at memory before the load, at half of it and at its end; and at processor time."""
    served = shop_processes(bench.shop)
    looks = [memory(bench)]
    spent = {kind: cpu_seconds(each) for kind, each in served.items()}
    begin_at = loader.answer(OPENING_SECONDS)
    assert isinstance(begin_at, float)
    for part in (0.5, 1.0):
        time.sleep(max(0.0, begin_at + seconds * part - time.monotonic()))
        looks.append(memory(bench))
    used = {kind: cpu_seconds(each) - spent[kind] for kind, each in served.items()}
    names = sorted({name for look in looks for name in look})
    rows = [
        {"process": name, "begin_mb": begin.get(name), "half_mb": half.get(name),
         "end_mb": end.get(name)}
        for begin, half, end in [looks] for name in names
    ]  # fmt: skip
    return rows, used


def memory(bench: Bench) -> dict[str, float]:
    """Returns megabytes (PSS) of each process; those of PostgreSQL share their buffers: one sum."""
    found = {}
    for kind, processes in shop_processes(bench.shop).items():
        if kind == "PostgreSQL":
            found[kind] = sum(map(pss_bytes, processes)) / 1e6
            continue
        for place, process in enumerate(sorted(processes, key=lambda each: each.pid)):
            found[f"{kind} {place + 1}"] = pss_bytes(process) / 1e6
    return found
