"""The mixed load at a tiny size: the open loop, the watchers and the verdict; no time is judged."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest

from tests.bench import judging
from tests.bench.arrivals import Answer, Arrival, Helper, Played, play_all
from tests.bench.changing import Watched, changes, form_of
from tests.bench.load import Play, Script
from tests.bench.mixed import Size
from tests.bench.mixing import SHARES, STEPS, arrivals
from tests.bench.scripts import need
from tests.bench.watching import SIGNS, Seen, watch
from tests.bench.wire import Request, Response, WrongAnswer

FORM = b"""<form method="post" action="/other/"><input name="a" value="1"></form>
<form class="x" method="post" action="/ship/"><input type="hidden" name="version" value="7">
<input name="quantity_A&amp;B" type="number" value="2"><input name="note"></form>"""


class Handler(BaseHTTPRequestHandler):
    """Answers by its address: a status, a connection that is cut, or a stream of messages."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/cut/":
            self.close_connection = True
            return
        if self.path.startswith("/live/"):
            self.stream()
            return
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number, sign in enumerate(SIGNS.values(), start=1):
            self.wfile.write(b"id: %d\ndata: %s\n\n" % (number, sign))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away are no news."""


@contextmanager
def served() -> Iterator[int]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def look(*paths: str) -> Play:
    def play(random: Random) -> Script:
        for path in paths:
            need((yield Request("GET", path)), 200)
        return None

    return play


def test_everybody_is_answered_and_every_kind_of_failure_is_an_error() -> None:
    crowd = [
        Arrival(0.0, "browse", look("/200/"), "the first"),
        Arrival(0.0, "browse", look("/500/"), "a failed one"),
        Arrival(0.01, "staff", look("/404/")),
        Arrival(0.01, "staff", look("/cut/")),
    ]
    with served() as port:
        played = play_all(port, crowd, seed=1, begin_at=0.0)
    assert len(played.answers) == 4
    assert {each.page: bool(each.problem) for each in played.answers} == {
        "GET /200/": False, "GET /500/": True, "GET /404/": True, "GET /cut/": True,
    }  # fmt: skip
    assert set(played.ends) == {"the first"}
    assert judging.requests(played)["kinds"]["all"]["errors"] == 3


def test_one_visit_s_requests_follow_each_other() -> None:
    with served() as port:
        played = play_all(port, [Arrival(0.0, "browse", look("/200/", "/200/"))], 1, 0.0)
    first, second = played.answers
    assert second.planned >= first.planned + first.seconds


def test_what_somebody_asks_first_is_made_up_when_they_come() -> None:
    asked: list[float] = []

    def letter(random: Random) -> Script:
        asked.append(time.monotonic())
        return (yield from look("/200/")(random))

    with served() as port:
        begin_at = time.monotonic()
        play_all(
            port, [Arrival(0.0, "browse", letter), Arrival(0.2, "browse", letter)], 1, begin_at
        )
    assert asked[1] >= begin_at + 0.2


def test_watchers_note_each_state_when_they_first_see_it() -> None:
    with served() as port, Helper(watch, port, {"one": "token-1", "two": "token-2"}) as watcher:
        assert watcher.answer(60.0) is True
        watcher.line.send(None)
        seen = watcher.answer(60.0)
    assert isinstance(seen, Seen)
    assert set(seen.states) == {"one", "two"}


def test_what_a_watcher_did_not_see_is_missed_and_what_was_not_done_is_not() -> None:
    played = Played(ends={"a confirmed": 10.0, "a shipped": 11.0})
    found = judging.watchers(played, Seen(states={"a": {"confirmed": 10.25}}), ["a"])
    assert (found["changes"], found["missed"]) == (2, ["a shipped"])
    assert found["slowest_ms"] == pytest.approx(250.0)


def test_the_arrivals_ask_what_each_kind_s_share_is() -> None:
    plays = dict.fromkeys(SHARES, look("/200/"))
    found = arrivals(plays, Random(1), rate=200.0, seconds=60.0, taken={"staff": 100})
    asked: dict[str, float] = defaultdict(float)
    for each in found:
        asked[each.kind] += STEPS[each.kind]
    assert sum(SHARES.values()) == 100
    for kind, share in SHARES.items():
        wanted = 120 * share - (100 if kind == "staff" else 0)
        assert asked[kind] == pytest.approx(wanted, abs=STEPS[kind])


def test_a_watched_order_is_paid_before_it_is_shipped_and_shipped_before_it_is_delivered() -> None:
    orders = [Watched(str(number), "token", "/bank/") for number in range(50)]
    moments: dict[str, list[float]] = {}
    for each in changes(orders, {}, Random(1), 600.0):
        moments.setdefault(each.name.split()[0], []).append(each.at)
    assert all(found == sorted(found) and len(found) == 3 for found in moments.values())
    assert Size(rate=200.0, seconds=600.0).changing == Size().watchers
    assert Size(rate=1.0, seconds=1.0).changing == 0


def test_a_form_is_sent_as_it_stands_on_the_page() -> None:
    assert form_of(Response(200, FORM), "/ship/") == {
        "version": "7",
        "quantity_A&B": "2",
        "note": "",
    }
    with pytest.raises(WrongAnswer, match="no form"):
        form_of(Response(200, FORM), "/deliver/")


def test_pages_that_differ_by_one_name_only_are_the_same_page() -> None:
    assert judging.shape("GET /orders/Ab-c:1x:9/explanation/") == "GET /orders/…/"
    assert judging.shape("GET /search/?q=blue&page=2") == "GET /search/?q=…&page=2"
    assert judging.shape("GET /staff/orders/?view=to-ship") == "GET /staff/orders/?view=to-ship"


def test_growth_is_told_where_it_is_more_than_noise() -> None:
    memory = [
        {"process": "web", "begin_mb": 50.0, "half_mb": 60.0, "end_mb": 70.0},
        {"process": "live", "begin_mb": 50.0, "half_mb": 60.0, "end_mb": 65.0},
        {"process": "small", "begin_mb": 1.0, "half_mb": 1.0, "end_mb": 2.0},
        {"process": "gone", "begin_mb": 9.0, "half_mb": 9.0, "end_mb": None},
    ]
    assert judging.growing(memory) == ["web"]


def test_a_verdict_names_what_is_not_as_it_has_to_be() -> None:
    held = {"held": True, "seconds": 1.0, "said": ""}
    found = {
        "requests": {"problems": []},
        "watchers": {"missed": [], "lost_streams": 0},
        "afterwards": {
            "effects_left": {},
            "written": {"orders": 2},
            "answered": {"orders": 2},
            "checks": {"invariants": held},
        },
    }
    assert judging.wrong(found) == []
    found["afterwards"]["written"]["orders"] = 1  # type: ignore[index]
    assert judging.wrong(found) == ["orders: 2 by their answers, 1 in the database"]


def test_an_answer_without_problem_is_right() -> None:
    assert judging.times([Answer("browse", "GET /", 0.0, 0.5)])["p99_ms"] == 500.0
    assert judging.times([])["p99_ms"] is None
