"""Counts the SQL statements of order flow and pages, in this process, over the shop's database.

`python -m tests.bench.counting` prints JSON; with `--statements` every statement of the order flow,
with `--profile` where its time goes. A connection's health check (one `SELECT 1` a request, which
only a server that keeps connections sends) is not among them.
"""

import cProfile
import io
import json
import pstats
import re
import sys
import time
from collections import Counter
from random import Random
from typing import Any

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.kernel.identity import new_id
from tests.bench.load import Script
from tests.bench.scripts import purchase
from tests.bench.wire import Request, Response

FLOW_GOAL = 60
PROFILED_FLOWS = 30
CONTROL = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)
VALUES = re.compile(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?|\b\d+(?:\.\d+)?\b")
LISTS = re.compile(r"\((?:\?(?:, )?)+\)")


def main(arguments: list[str]) -> None:
    django.setup()
    skus = sellable()
    client = Client(SERVER_NAME="127.0.0.1")
    for provider in ("invoice", "testbank"):
        play(client, buying(skus, provider))
    if "--profile" in arguments:
        print(profile(client, skus))
    elif "--statements" in arguments:
        print("\n".join(captured(client, buying(skus, "invoice"))))
    else:
        print(json.dumps(counts(client, skus)))


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


def counts(client: Client, skus: tuple[str, ...]) -> dict[str, Any]:
    result = {}
    for provider in ("invoice", "testbank"):
        found = captured(client, buying(skus, provider))
        result[f"order flow, {provider}"] = counted(found) | {"goal": FLOW_GOAL}
    repeated = Counter(map(shape, captured(client, buying(skus, "invoice"))))
    result["order flow, invoice"]["repeated"] = {
        text: count for text, count in repeated.most_common() if count > 1
    }
    return result


def counted(statements: list[str]) -> dict[str, Any]:
    control = sum(bool(CONTROL.match(each)) for each in statements)
    return {"statements": len(statements), "transaction_control": control}


def shape(statement: str) -> str:
    """Returns a statement with its values taken out, so that repeats look alike."""
    return LISTS.sub("(?)", VALUES.sub("?", statement))[:200]


def profile(client: Client, skus: tuple[str, ...]) -> str:
    profiler, began = cProfile.Profile(), time.process_time()
    for _ in range(PROFILED_FLOWS):
        play(client, buying(skus, "invoice"))
    plain = (time.process_time() - began) / PROFILED_FLOWS
    profiler.enable()
    for _ in range(PROFILED_FLOWS):
        play(client, buying(skus, "invoice"))
    profiler.disable()
    output = io.StringIO()
    stats = pstats.Stats(profiler, stream=output)
    stats.sort_stats("tottime").print_stats(30)
    stats.sort_stats("cumulative").print_stats(r"(modules|events|config|frontend)/", 45)
    return f"{plain * 1000:.1f} ms of processor time a flow, unprofiled\n{output.getvalue()}"


if __name__ == "__main__":
    main(sys.argv[1:])
