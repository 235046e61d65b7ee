"""A flash sale: everybody has the same article in the basket and presses at the same moment."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.bench.figures import percentile
from tests.bench.load import RECEIVED_BYTES, Script
from tests.bench.scripts import ADDRESS, EMAIL, RETURN_URL
from tests.bench.wire import Reader, Request, Response, WrongAnswer

# How long a shopper waits for an answer before sending the same once more, under the same key.
PATIENCE_SECONDS = 20.0
# Baskets are filled by so many at a time: what is measured begins afterwards.
FILLING = 16


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket that is ready to be ordered: the request that orders it."""

    order: Request


@dataclass(frozen=True, slots=True)
class Sold:
    """An order that is placed and paid by invoice."""

    order_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """No order, and why: the problem's `code` and its words for people."""

    code: str
    detail: str


@dataclass(slots=True)
class Shopper:
    """One who plays a script over a connection; a request that fails is sent again, once."""

    script: Script
    port: int
    outcome: object = None
    seconds: list[float] = field(default_factory=list)
    repeats: int = 0
    line: socket.socket | None = None
    reader: Reader = field(default_factory=Reader)
    request: Request | None = None
    sent_at: float = 0.0
    is_repeat: bool = False

    def begin(self) -> None:
        self.send(next(self.script))

    def send(self, request: Request, *, again: bool = False) -> None:
        self.request, self.is_repeat = request, again
        self.repeats += again
        if not again:
            self.sent_at = time.monotonic()
        if self.line is None:
            self.connect()
        assert self.line is not None
        self.line.sendall(request.encoded())

    def connect(self) -> None:
        self.reader = Reader()
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self) -> bool:
        """Takes what has arrived; returns whether the script goes on.

        Raises:
            WrongAnswer, OSError: it failed twice, or with something else than an outage.
        """
        assert self.line is not None
        try:
            data = self.line.recv(RECEIVED_BYTES)
            if not data:
                raise WrongAnswer("the server closed the connection")
        except (OSError, WrongAnswer) as error:
            return self.repeat(error)
        response = self.reader.feed(data)
        if response is None:
            return True
        if response.status == 503 and not self.is_repeat:
            return self.repeat(WrongAnswer("503"))
        return self.go_on(response)

    def go_on(self, response: Response) -> bool:
        self.seconds.append(time.monotonic() - self.sent_at)
        try:
            self.send(self.script.send(response))
        except StopIteration as end:
            self.outcome = end.value
            return False
        return True

    def repeat(self, error: OSError | WrongAnswer) -> bool:
        """Sends the last request again, which is the same to the shop. Raises: `error`."""
        if self.is_repeat or self.request is None:
            raise error
        self.close()
        self.send(self.request, again=True)
        return True

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


def rush(port: int, scripts: Sequence[Script], *, at_once: int = 0) -> list[Shopper]:
    """Plays all scripts, by default all at the same moment; returns them when all have ended.

    Raises:
        WrongAnswer, OSError: the first script that failed.
    """
    waiting = [Shopper(script, port) for script in scripts]
    shoppers, playing = list(waiting), 0
    most = at_once or len(waiting)
    for shopper in waiting[:most]:
        shopper.connect()
    with selectors.DefaultSelector() as selector:
        while waiting or playing:
            while waiting and playing < most:
                shopper = waiting.pop(0)
                shopper.begin()
                watch(selector, shopper)
                playing += 1
            for key, _ in selector.select(timeout=1.0):
                playing -= not took(selector, key.data)
            for shopper in late(shoppers):
                selector.unregister(shopper.line)  # type: ignore[arg-type]  # it waits on one
                shopper.repeat(WrongAnswer("no answer in time"))
                watch(selector, shopper)
    return shoppers


def took(selector: selectors.BaseSelector, shopper: Shopper) -> bool:
    """Lets a shopper read; returns whether they go on."""
    before = shopper.line
    assert before is not None
    selector.unregister(before)
    goes_on = shopper.receive()
    if goes_on:
        watch(selector, shopper)
    else:
        shopper.close()
    return goes_on


def watch(selector: selectors.BaseSelector, shopper: Shopper) -> None:
    assert shopper.line is not None
    selector.register(shopper.line, selectors.EVENT_READ, shopper)


def late(shoppers: Sequence[Shopper]) -> list[Shopper]:
    now = time.monotonic()
    return [
        each
        for each in shoppers
        if each.line and not each.is_repeat and now - each.sent_at > PATIENCE_SECONDS
    ]


def fill(sku: str) -> Script:
    """Puts one unit into a new basket and goes on to the review; returns a `Basket`."""
    cart = (yield Request("POST", "/api/carts", {"currency": "EUR", "country": "FR"})).expect(201)
    path, holder = f"/api/carts/{cart['id']}", {"X-Cart-Token": cart["token"]}
    line = {"sku": sku, "quantity": 1}
    (yield Request("POST", f"{path}/lines", line, holder)).expect(201)
    contact = {"email": EMAIL, "delivery_address": ADDRESS}
    (yield Request("PATCH", path, contact, holder)).expect(200)
    review = (yield Request("GET", f"{path}/review", headers=holder)).expect(200)
    body = {
        "order_id": str(uuid4()),
        "cart_id": cart["id"],
        "expected_total_minor": review["totals"]["total_minor"],
        "payment_method": "invoice",
        "method_code": review["delivery_options"][0]["method_code"],
        "email": EMAIL,
        "delivery_address": ADDRESS,
    }
    return Basket(Request("POST", "/api/orders", body, holder | key()))


def press(basket: Basket) -> Script:
    """Orders and pays; returns `Sold` or `Refused`."""
    answer = yield basket.order
    if answer.status == 409:
        problem = answer.expect(409)
        return Refused(problem["type"].rpartition("/")[2], problem["detail"])
    placed = answer.expect(201, 200)
    owner = {"Authorization": f"Bearer {placed['token']}"}
    pay = {"provider": "invoice", "return_url": RETURN_URL}
    step = (yield Request("POST", placed["next"], pay, owner | key())).expect(200)
    if step["status"] != "authorised":
        raise WrongAnswer(f"the payment is {step['status']}")
    return Sold(UUID(placed["order_id"]))


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@dataclass(frozen=True, slots=True)
class Sale:
    """What came of a sale; `seconds` are those from the press to the first answer."""

    sold: tuple[Sold, ...]
    refused: tuple[Refused, ...]
    seconds: tuple[float, ...]
    repeats: int

    @property
    def reasons(self) -> Counter[str]:
        return Counter(each.code for each in self.refused)

    def figures(self) -> dict[str, Any]:
        p50, p99 = (percentile(list(self.seconds), percent) * 1000 for percent in (50, 99))
        return {
            "shoppers": len(self.seconds),
            "sold": len(self.sold),
            "refused": dict(self.reasons),
            "p50_ms": p50,
            "p99_ms": p99,
            "slowest_ms": max(self.seconds) * 1000,
            "repeats": self.repeats,
        }


def sale(port: int, sku: str, shoppers: int) -> Sale:
    """Has so many shoppers fill their baskets, and then all of them press at the same moment."""
    filled = rush(port, [fill(sku) for _ in range(shoppers)], at_once=FILLING)
    baskets = [each.outcome for each in filled if isinstance(each.outcome, Basket)]
    played = rush(port, [press(each) for each in baskets])
    return Sale(
        sold=tuple(each.outcome for each in played if isinstance(each.outcome, Sold)),
        refused=tuple(each.outcome for each in played if isinstance(each.outcome, Refused)),
        seconds=tuple(each.seconds[0] for each in played),
        repeats=sum(each.repeats for each in played),
    )
