"""What cachalot gives where it is asked: the same requests with its answers and past it.

`python -m tests.bench.queries` prints JSON; `just bench cache` runs it over the shop's database.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import django
from django.contrib.auth import get_user_model
from django.test import Client

from events.database import uncached
from tests.bench.counting import WARMING
from tests.bench.layers import Spent, spent
from tests.bench.report import Report
from tests.bench.running import Bench

TIMES = 50
STAFF = "staff@halftone.example"


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps processor time of requests with and without cachalot."""
    rows: list[dict[str, Any]] = json.loads(bench.child("tests.bench.queries").splitlines()[-1])
    heads = ["asked", "Python ms", "PostgreSQL ms", "Python ms past it", "PostgreSQL ms past it",
             "saved %"]  # fmt: skip
    keys = ("asked", "python", "postgresql", "python_past", "postgresql_past", "saved_percent")
    report.table("cachalot: a hit, and the same past it", heads,
                 [[row[key] for key in keys] for row in rows])  # fmt: skip
    report.say(
        "Processor time of one process and of its session. Statements by hand (`prepared`) are\n"
        "never looked up: naming a question for cachalot takes longer than asking it."
    )
    report.keep("cachalot", rows)


def main() -> None:
    django.setup()
    shopper, staff = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    staff.force_login(get_user_model().objects.get(email=STAFF))
    sku = staff.get("/api/products?page_size=1").json()["products"][0]["single_sku"]
    if not sku:
        sku = staff.get("/api/staff/stock?only=all&page_size=1").json()["levels"][0]["sku"]
    shopper.post("/cart/add/", {"sku": sku}, headers={"Sec-Fetch-Site": "same-origin"})
    asked = {
        "API: collections": (shopper, "/api/collections"),
        "API: categories (prepared)": (shopper, "/api/categories"),
        "home, rendered": (shopper, "/"),
        "checkout page": (shopper, "/checkout/"),
        "staff: promotions": (staff, "/staff/promotions/"),
    }
    print(json.dumps([compared(name, partial(look, *each)) for name, each in asked.items()]))


def look(client: Client, path: str) -> None:
    """Raises: RuntimeError: the page is not there."""
    status = client.get(path).status_code
    if status != 200:
        raise RuntimeError(f"{path} answers {status}")


def compared(name: str, run: Callable[[], None]) -> dict[str, Any]:
    with_it = best(run)
    with uncached():
        past = best(run)
    spent_with, spent_past = with_it.python + with_it.postgresql, past.python + past.postgresql
    return {
        "asked": name,
        "python": with_it.python,
        "postgresql": with_it.postgresql,
        "python_past": past.python,
        "postgresql_past": past.postgresql,
        "saved_percent": 100 * (1 - spent_with / spent_past),
    }


def best(run: Callable[[], None]) -> Spent:
    """Returns the cheapest of three rounds: what others do to the machine only adds."""
    for _ in range(WARMING):
        run()
    return min((spent(run, TIMES) for _ in range(3)), key=lambda one: one.python + one.postgresql)


if __name__ == "__main__":
    main()
