"""How long a provider waits for us: a signed notification until it is stored and folded."""

import http.client
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.bench.figures import percentile
from tests.bench.report import Report
from tests.bench.running import Bench

ADDRESS = "/api/payments/notifications/stripe"
CLIENTS = (1, 4)
# A signature is good for five minutes, which the slowest round must not outlive.
QUICK_LETTERS, LETTERS = 100, 600
GOAL_MILLISECONDS = 200


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps milliseconds of first notifications and of repeated ones."""
    number = QUICK_LETTERS if bench.pace.rounds == 1 else LETTERS
    port = bench.shop.port
    found = []
    for clients in CLIENTS:
        letters = [
            json.loads(line)
            for line in bench.child("tests.bench.letters", str(number)).splitlines()
            if line.startswith("{")
        ]
        for what in ("first", "again"):
            taken = posted(port, letters, clients)
            found.append([clients, what, percentile(taken, 50), percentile(taken, 99)])
    report.table(
        f"Notifications, each an authorisation of its own; goal: p99 {GOAL_MILLISECONDS} ms",
        ["clients", "what", "p50 ms", "p99 ms"],
        found,
    )
    report.keep("webhooks", {"letters": number, "figures": found})


def posted(port: int, letters: Sequence[dict[str, str]], clients: int) -> list[float]:
    """Returns the milliseconds that each letter took, over one kept connection a client."""
    with ThreadPoolExecutor(clients) as pool:
        shares = [letters[place::clients] for place in range(clients)]
        return [
            taken
            for share in pool.map(lambda each: post_all(port, each), shares)
            for taken in share
        ]


def post_all(port: int, letters: Sequence[dict[str, str]]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken = []
    for letter in letters:
        headers = {"Content-Type": "application/json", "Stripe-Signature": letter["signature"]}
        began = time.perf_counter()
        connection.request("POST", ADDRESS, letter["body"], headers)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 204:
            raise RuntimeError(f"a notification was answered {answer.status}")
    connection.close()
    return taken
