"""The stand-in for Stripe, started once for all tests that want it, on a free port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from tests.support.servers import ROOT, free_port
from tests.support.waiting import LIMIT_SECONDS, wait_until

KEY = "sk_test_stand_in"


class StandIn:
    """Talks to the process as the shopper, as the merchant's dashboard, and as the test."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, timeout=LIMIT_SECONDS, auth=(KEY, ""))

    def pay(self, page: str, card: str = "4242424242424242") -> httpx.Response:
        """Pays at a hosted page; answers with the redirect that the browser would follow."""
        return self.http.post(page, data={"card": card})

    def confirm(self, page: str, answer: str = "yes") -> httpx.Response:
        return self.http.post(f"{page}/factor", data={"ok": answer})

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """Returns every event so far, oldest first, or those of some kinds."""
        found = self.http.get("/v1/events", params={"limit": 10_000}).json()["data"]
        return [each for each in found if not kinds or each["type"] in kinds]

    def arrange(self, path: str, kind: str, times: int = 1) -> None:
        """Lets the next calls of a path fail: "lost", "500" or "slow"."""
        self.http.post("/_config/faults", json={"path": path, "kind": kind, "times": times})

    def book(self, *lines: dict[str, Any]) -> None:
        """Adds lines to Stripe's own books that come of nothing the shop did."""
        self.http.post("/_config/balance", json=list(lines))

    def calls(self) -> dict[str, int]:
        """Returns how many changes were really made, by the last word of their path."""
        return dict(self.http.get("/_config/calls").json())

    def write_to(self, url: str, secret: str) -> None:
        """Has every event from now on posted to an address, signed by localstripe itself."""
        body = {"url": url, "secret": secret}
        self.http.post("/_config/webhooks/shop", content=json.dumps(body))


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Runs the process; it is ours by the answer to a key that no other server knows."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.stripe_stand_in", "--port", str(port)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        running = StandIn(f"http://127.0.0.1:{port}")

        def answers() -> bool:
            assert process.poll() is None, "the stand-in for Stripe ended"
            with suppress(httpx.TransportError):
                assert running.calls() == {}
                return True
            return False

        wait_until(answers, "the stand-in for Stripe")
        yield running
        running.http.close()
    finally:
        process.terminate()
        process.wait(LIMIT_SECONDS)
