"""Counts the SQL statements of order flow and pages, in this process, over the shop's database.

`python -m tests.bench.counting NAME=PATH ...` prints JSON of the order flow and these pages; with
`--statements` every statement of each, with `--profile` which functions take their time, with
`--where` JSON of which layer does.
"""

import cProfile
import io
import json
import pstats
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from random import Random
from typing import Any

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.kernel.identity import new_id
from tests.bench.layers import Spent, spent
from tests.bench.load import Script
from tests.bench.scripts import Look, purchase, purchase_by_pages
from tests.bench.wire import Request, Response

PROFILED = 20
TIMED = 40
# Statements are prepared at their fifth use, and planned for good after five more.
WARMING = 12
CONTROL = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
VALUES = re.compile(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?|\b\d+(?:\.\d+)?\b")
LISTS = re.compile(r"\((?:\?(?:, )?)+\)")


def main(arguments: list[str]) -> None:
    django.setup()
    client = Client(SERVER_NAME="127.0.0.1")
    scripts = all_scripts([each.split("=", 1) for each in arguments if not each.startswith("--")])
    for script in scripts.values():
        play(client, script())
    if "--profile" in arguments:
        print("\n".join(profile(client, name, script) for name, script in scripts.items()))
        return
    if "--where" in arguments:
        flows = {name: script for name, script in scripts.items() if "flow" in name}
        where = {name: asdict(spent_on(client, script)) for name, script in flows.items()}
        print(json.dumps(where))
        return
    found = {name: captured(client, script()) for name, script in scripts.items()}
    if "--statements" in arguments:
        for name, statements in found.items():
            print("\n".join([f"\n{name}: {len(statements)}", *statements]))
    else:
        print(json.dumps({name: counted(statements) for name, statements in found.items()}))


def all_scripts(pages: list[list[str]]) -> dict[str, Callable[[], Script]]:
    """Returns what is counted, by name: the flow for each way to pay, then the pages."""
    skus = sellable()
    result: dict[str, Callable[[], Script]] = {
        f"order flow, {provider}": partial(buying, skus, provider)
        for provider in ("invoice", "testbank")
    }
    result["order flow, pages"] = partial(browsing, slugs_of(skus))
    return result | {name: partial(Look(path, 0), Random(1)) for name, path in pages}


def sellable() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sku FROM inventory_stock WHERE on_hand > 1000 ORDER BY sku LIMIT 50")
        return tuple(row[0] for row in cursor.fetchall())


def slugs_of(skus: tuple[str, ...]) -> dict[str, str]:
    """Returns the name of each SKU's product in addresses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.sku, p.slug FROM catalog_variant v JOIN catalog_product p"
            " ON p.id = v.product_id WHERE v.sku = ANY (%s)",
            [list(skus)],
        )
        return dict(cursor.fetchall())


def browsing(slugs: dict[str, str]) -> Script:
    chosen = Random(1).sample(sorted(slugs), 2)
    return purchase_by_pages({sku: slugs[sku] for sku in chosen})


def buying(skus: tuple[str, ...], provider: str) -> Script:
    return purchase(Random(1).sample(skus, 2), provider, new_id())


def play(client: Client, script: Script) -> None:
    """Plays a script of the load generator with Django's test client."""
    request = next(script)
    while True:
        try:
            request = script.send(answered(client, request))
        except StopIteration:
            return


def answered(client: Client, request: Request) -> Response:
    response = client.generic(
        request.method,
        request.path,
        request.content,
        content_type=request.content_type,
        headers=request.headers,
    )
    headers = [(name.lower(), value) for name, value in response.headers.items()]
    cookies = [("set-cookie", each.OutputString()) for each in response.cookies.values()]
    return Response(response.status_code, response.content, (*headers, *cookies))


def spent_on(client: Client, script: Callable[[], Script]) -> Spent:
    for _ in range(WARMING):
        play(client, script())
    return spent(lambda: play(client, script()), TIMED)


def captured(client: Client, script: Script) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        play(client, script)
    return [query["sql"] for query in queries.captured_queries]


def counted(statements: list[str]) -> dict[str, Any]:
    """Returns how many statements there are, and those that repeat but for their values."""
    control = sum(bool(CONTROL.match(each)) for each in statements)
    shapes = Counter(shape(each) for each in statements if not CONTROL.match(each))
    repeated = {text: count for text, count in shapes.most_common() if count > 1}
    return {"statements": len(statements), "transaction_control": control, "repeated": repeated}


def shape(statement: str) -> str:
    """Returns a statement with its values taken out, so that repeats look alike."""
    return LISTS.sub("(?)", VALUES.sub("?", statement))[:200]


def profile(client: Client, name: str, script: Callable[[], Script]) -> str:
    profiler, began = cProfile.Profile(), time.process_time()
    for _ in range(PROFILED):
        play(client, script())
    plain = (time.process_time() - began) / PROFILED
    profiler.enable()
    for _ in range(PROFILED):
        play(client, script())
    profiler.disable()
    output = io.StringIO()
    stats = pstats.Stats(profiler, stream=output)
    stats.sort_stats("tottime").print_stats(25)
    stats.sort_stats("cumulative").print_stats(r"(modules|events|config|frontend)/", 40)
    heading = f"{name}: {plain * 1000:.1f} ms of processor time each, unprofiled"
    return f"{heading}; {PROFILED} profiled\n{output.getvalue()}"


if __name__ == "__main__":
    main(sys.argv[1:])
