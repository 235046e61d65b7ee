"""What came of the mixed load: figures of requests, watchers and memory, and what was written."""

import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from tests.bench.arrivals import Answer, Played
from tests.bench.figures import percentile
from tests.bench.mixing import SHARES
from tests.bench.running import Bench
from tests.bench.watching import Seen
from tests.support.servers import ROOT

ERRORS_GOAL_PERCENT, P99_GOAL_MS, SEEN_GOAL_MS, GROWTH_GOAL_PERCENT = 0.1, 500, 1000, 10
# Of a process that is as good as unused, every page is a tenth.
LEAST_GROWTH_MB = 2.0
SLOWEST = 12
QUIET_SECONDS = 60.0
CHECK_SECONDS = 1800
# Everything that must hold of what was written, by the shop's own words.
CHECKS = {
    "invariants after every event": ("audit", "invariants"),
    "hash chains and checkpoints": ("audit", "verify"),
    "trial balance is zero": ("ledger", "balance"),
    "read models are what events make": ("projections", "drift"),
}
COUNTED = {
    "orders": "SELECT count(*) FROM orders_order",
    "authorised by letter": "SELECT count(*) FROM payments_payment"
    " WHERE provider = 'stripe' AND status = 'authorised'",
}
# Due, at work, or tried once and waiting for the next time; what is only planned may wait.
OPEN = (
    "FROM es.outbox WHERE done_at IS NULL AND failed_at IS NULL AND"
    " (due_at < now() OR attempts > 0 AND due_at < now() + interval '1 minute')"
)
WAITING = f"SELECT count(*) {OPEN}"
LEFT = f"SELECT actor, max(last_error) {OPEN} GROUP BY actor"
PLACING = ("POST /api/orders", "POST /checkout/")
# Parts of addresses that name one thing: ids, tokens, words searched for, products, categories.
NAMES = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"), "…"),
    (re.compile(r"(q=)[^&]+"), r"\1…"),
    (re.compile(r"/(carts|orders|return|products|categories)/[^/?…][^?]*/"), r"/\1/…/"),
)


def times(answers: Sequence[Answer]) -> dict[str, Any]:
    """Returns how many answers there are, how many are wrong, and their milliseconds."""
    right = [each.seconds * 1000 for each in answers if not each.problem]
    return {
        "requests": len(answers),
        "errors": len(answers) - len(right),
        **{f"p{part}_ms": percentile(right, part) if right else None for part in (50, 95, 99)},
        "slowest_ms": max(right, default=None),
    }


def requests(played: Played) -> dict[str, Any]:
    """Returns the figures of each kind and of all, and some of the errors in words."""
    kinds = {kind: times([each for each in played.answers if each.kind == kind]) for kind in SHARES}
    problems = [f"{each.page}: {each.problem}" for each in played.answers if each.problem]
    whole = times(played.answers)
    return {
        "kinds": kinds | {"all": whole},
        "per_second": len(played.answers) / played.seconds,
        "error_percent": 100 * whole["errors"] / max(1, whole["requests"]),
        "problems": problems[:20],
    }


def shape(page: str) -> str:
    """Returns a page's address without what names one thing, so that its likes are counted as one.

    >>> shape("GET /staff/orders/0190f3a2-0000-7000-8000-000000000000/")
    'GET /staff/orders/…/'
    """
    for pattern, instead in NAMES:
        page = pattern.sub(instead, page)
    return page


def slowest_pages(played: Played) -> list[dict[str, Any]]:
    """Returns the pages with the highest median, which a single slow moment does not make."""
    pages: dict[str, list[Answer]] = defaultdict(list)
    for each in played.answers:
        pages[shape(each.page)].append(each)
    rows = [{"page": page, **times(found)} for page, found in pages.items()]
    rows = [each for each in rows if each["p50_ms"] is not None]
    return sorted(rows, key=lambda each: -each["p50_ms"])[:SLOWEST]


def watchers(played: Played, seen: Seen, changing: Iterable[str]) -> dict[str, Any]:
    """Returns how long after the answer each watcher saw what had been done to its order."""
    delays, missed = [], []
    for order in changing:
        for state in ("confirmed", "shipped", "delivered"):
            answered = played.ends.get(f"{order} {state}")
            shown = seen.states[order].get(state)
            if answered is None:
                continue
            if shown is None:
                missed.append(f"{order} {state}")
            else:
                delays.append(max(0.0, shown - answered) * 1000)
    return {
        "watchers": len(seen.states),
        "changes": len(delays) + len(missed),
        "missed": missed,
        "lost_streams": seen.lost,
        "messages": seen.messages,
        "late": sum(each > SEEN_GOAL_MS for each in delays),
        **{f"p{part}_ms": percentile(delays, part) if delays else None for part in (50, 99)},
        "slowest_ms": max(delays, default=None),
    }


def generator(played: Played) -> dict[str, float]:
    """Returns what the load generator itself took, and how late it ever was."""
    return {
        "cpu_percent": 100 * played.cpu_seconds / played.seconds,
        "latest_ms": played.latest_seconds * 1000,
        "connections": played.connections,
    }


def growing(memory: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the processes that grew from half of the time to its end by more than is noise."""
    return [
        each["process"]
        for each in memory
        if each["half_mb"] and each["end_mb"]
        and each["end_mb"] - each["half_mb"]
        > max(LEAST_GROWTH_MB, each["half_mb"] * GROWTH_GOAL_PERCENT / 100)
    ]  # fmt: skip


def counts(bench: Bench) -> dict[str, int]:
    with psycopg.connect(bench.database_url()) as connection:
        return {name: one(connection, sql) for name, sql in COUNTED.items()}


def one(connection: psycopg.Connection[Any], sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    return int(row[0]) if row else 0


def afterwards(bench: Bench, played: Played, before: Mapping[str, int]) -> dict[str, Any]:
    """Waits until the effects are done, then examines everything that was written."""
    left = settled(bench)
    written = {name: number - before[name] for name, number in counts(bench).items()}
    answered = {
        "orders": sum(each.page in PLACING and not each.problem for each in played.answers),
        "authorised by letter": sum(
            each.kind == "webhook" and not each.problem for each in played.answers
        ),
    }
    checks = {name: held(bench, words) for name, words in CHECKS.items()}
    return {"effects_left": left, "written": written, "answered": answered, "checks": checks}


def settled(bench: Bench) -> dict[str, str]:
    """Waits for the effects to be done; returns which are not after a minute, and why."""
    deadline = time.monotonic() + QUIET_SECONDS
    with psycopg.connect(bench.database_url(), autocommit=True) as connection:
        while (left := one(connection, WAITING)) and time.monotonic() < deadline:
            time.sleep(0.5)
        return dict(connection.execute(LEFT).fetchall()) if left else {}


def held(bench: Bench, words: Sequence[str]) -> dict[str, Any]:
    """Runs a command of the shop that fails where something does not hold."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=bench.environment(),
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
    )
    said = "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:]
    return {"held": done.returncode == 0, "seconds": time.monotonic() - began, "said": said}


def wrong(found: Mapping[str, Any]) -> list[str]:
    """Returns in words what is not as it has to be, whatever the machine; times are not judged."""
    after, watched = found["afterwards"], found["watchers"]
    lines = [
        f"{name}: {number} by their answers, {after['written'][name]} in the database"
        for name, number in after["answered"].items()
        if after["written"][name] < number
    ]
    lines += [
        f"{name}: {each['said']}" for name, each in after["checks"].items() if not each["held"]
    ]
    if after["effects_left"]:
        lines.append(f"effects not done after {QUIET_SECONDS:.0f} s: {after['effects_left']}")
    if watched["missed"] or watched["lost_streams"]:
        lines.append(
            f"{len(watched['missed'])} changes not seen, {watched['lost_streams']} streams lost"
        )
    return [*lines, *found["requests"]["problems"]]
