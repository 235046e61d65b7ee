"""Counts the SQL statements of order flow and pages, in this process, over the shop's database.

`python -m tests.bench.counting NAME=PATH ...` prints JSON of the order flow and these pages; with
`--statements` every statement of each, with `--profile` where their time goes. A connection's
health check (one `SELECT 1` a request, which only a server that keeps connections sends) is not
among them.
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
from functools import partial
from random import Random
from typing import Any

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.kernel.identity import new_id
from tests.bench.load import Script
from tests.bench.scripts import Look, purchase
from tests.bench.wire import Request, Response

PROFILED = 20
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
    return result | {name: partial(Look(path, 0), Random(1)) for name, path in pages}


def sellable() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sku FROM inventory_stock WHERE on_hand > 1000 ORDER BY sku LIMIT 50")
        return tuple(row[0] for row in cursor.fetchall())


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
        b"" if request.body is None else json.dumps(request.body),
        content_type="application/json",
        headers=request.headers,
    )
    return Response(response.status_code, response.content)


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
