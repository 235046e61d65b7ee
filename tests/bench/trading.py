"""What is found in the caches while the shop trades: 200 page views and one order a second."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from config.metrics import Counted
from tests.bench.load import ask
from tests.bench.pages import pages
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench
from tests.bench.scripts import purchase
from tests.bench.serving import server
from tests.bench.wire import WrongAnswer
from tests.support.servers import free_port
from tests.support.shop import Shop

SECONDS = 30.0
VIEWS_A_SECOND = 200
ORDERS_A_SECOND = 1
READERS = 8
WORDS = ("poster", "mug", "notebook", "print", "blue", "red", "warm", "moon", "framed", "card")
# What people look at, in parts of a hundred views; products and lists are drawn with a long tail.
SHARES = {"product": 45, "list": 30, "search": 15, "home": 10}
LOOKUPS = "counterfoil_cache_lookups"


@dataclass(slots=True)
class Seen:
    """What the readers saw of each kind of page."""

    views: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    late_seconds: float = 0.0


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps hit rates by kind of page and by level."""
    seconds = 5.0 if bench.pace is QUICK else SECONDS
    addresses, skus = paths(bench.shop), plenty(bench)
    random = Random(1)
    with server(bench, {"METRICS_PORT": str(free_port())}) as served:
        plan = views(random, addresses, round(seconds * VIEWS_A_SECOND))
        warm = read(served.port, plan[: len(plan) // 5], VIEWS_A_SECOND)
        before = lookups(bench.shop)
        with ThreadPoolExecutor(1) as buyer:
            bought = buyer.submit(buy, bench.shop.port, skus, random, seconds)
            seen = read(served.port, plan, VIEWS_A_SECOND)
            orders = bought.result()
        levels = lookups(bench.shop) - before
    rows = [
        [f"finished page: {kind}", seen.views[kind], 100 * seen.hits[kind] / seen.views[kind]]
        for kind in SHARES
    ]
    rows.append(["finished pages, all", *of_level(levels, "page")])
    rows.append(["fragments, while rendering", *of_level(levels, "fragment")])
    title = f"Hits under trade: {VIEWS_A_SECOND} views and {ORDERS_A_SECOND} order a second"
    report.table(title, ["level", "lookups", "hits %"], rows)
    report.say(
        f"{seconds:g} s, {orders} orders of two pieces from ordinary stock; {len(seen.errors)}"
        f" errors {seen.errors[:1]}; a view began at most {seen.late_seconds:.1f} s late."
    )
    report.keep("trade", {"rows": rows, "orders": orders, "errors": seen.errors + warm.errors})


def paths(shop: Shop) -> dict[str, list[str]]:
    """Returns the addresses of each kind, those looked at most often first."""
    text = shop.get("/sitemap.xml")[2]
    found = [part.partition("</loc>")[0] for part in text.split("<loc>")[1:]]
    local = ["/" + each.split("/", 3)[3] for each in found]
    details = [each for each in local if each.startswith("/products/")]
    lists = [each for each in local if each.startswith(("/categories/", "/collections/"))]
    return {
        "product": [each for each in details if each != "/products/"],
        "list": [pages(shop)["category"].path, *lists, *(f"{each}?stock=in" for each in lists)],
        "search": [f"/search/?q={word}" for word in WORDS],
        "home": ["/"],
    }


def views(random: Random, addresses: dict[str, list[str]], count: int) -> list[tuple[str, str]]:
    """Returns kinds and addresses in the order in which they are asked for."""
    kinds = random.choices(list(SHARES), list(SHARES.values()), k=count)
    weights = {
        kind: [1 / place for place in range(1, len(each) + 1)] for kind, each in addresses.items()
    }
    return [(kind, random.choices(addresses[kind], weights[kind])[0]) for kind in kinds]


def plenty(bench: Bench) -> list[str]:
    """Returns SKUs of which some units are free."""
    key = {"Authorization": bench.key("stock:write")}
    found: list[str] = []
    for page in (1, 2, 3):
        answer = bench.shop.get(f"/api/staff/stock?page_size=200&page={page}", **key)
        found += [each["sku"] for each in json.loads(answer[2])["levels"] if each["free"] > 1]
    return found


def read(port: int, plan: Sequence[tuple[str, str]], views_a_second: int) -> Seen:
    """Asks for one address after the other at this rate, shared among the readers."""
    began = time.monotonic() + 0.2
    with ThreadPoolExecutor(READERS) as pool:
        shares = [
            pool.submit(read_share, port, plan[number::READERS], began, number, views_a_second)
            for number in range(READERS)
        ]
    whole = Seen()
    for share in shares:
        seen = share.result()
        whole.views += seen.views
        whole.hits += seen.hits
        whole.errors += seen.errors
        whole.late_seconds = max(whole.late_seconds, seen.late_seconds)
    return whole


def read_share(
    port: int, plan: Sequence[tuple[str, str]], began: float, number: int, views_a_second: int
) -> Seen:
    seen = Seen()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for place, (kind, path) in enumerate(plan):
        due = began + (place * READERS + number) / views_a_second
        time.sleep(max(0.0, due - time.monotonic()))
        seen.late_seconds = max(seen.late_seconds, time.monotonic() - due)
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        seen.views[kind] += 1
        # What Django has answered bears the number of the request, what was kept does not.
        seen.hits[kind] += "X-Request-ID" not in response.headers
        if response.status != 200:
            seen.errors.append(f"{path}: {response.status}")
    connection.close()
    return seen


def buy(port: int, skus: Sequence[str], random: Random, seconds: float) -> int:
    """Places an order of two pieces each second; returns how many were placed."""
    began, placed = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        order_id = UUID(int=random.getrandbits(128), version=4)
        script = purchase(random.sample(skus, 2), "invoice", order_id)
        try:
            request = next(script)
            while True:
                request = script.send(ask(port, request))
        except StopIteration:
            placed += 1
        except WrongAnswer:
            pass  # Sold out meanwhile: nothing that a shopper has not seen.
        time.sleep(max(0.0, began + (placed + 1) / ORDERS_A_SECOND - time.monotonic()))
    return placed


def lookups(shop: Shop) -> Counter[tuple[str, str]]:
    """Returns the lookups by level and result that the server's processes have counted."""
    return Counter(
        {
            (sample.labels["level"], sample.labels["result"]): int(sample.value)
            for metric in Counted(shop.data / "run" / "metrics").collect()
            if metric.name == LOOKUPS
            for sample in metric.samples
        }
    )


def of_level(found: Counter[tuple[str, str]], level: str) -> tuple[int, float]:
    """Returns the lookups of a level and how many per cent of them found what they sought."""
    hits, misses = found[level, "hit"], found[level, "miss"]
    return hits + misses, 100 * hits / max(1, hits + misses)
