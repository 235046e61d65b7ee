"""What is done to the orders that are watched: paid at the bank, shipped, delivered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from random import Random
from uuid import uuid4

from tests.bench.arrivals import Arrival, spread
from tests.bench.load import Script
from tests.bench.scripts import need, purchase, sent
from tests.bench.wire import Request, Response, WrongAnswer

TRIES = 5
ATTRIBUTE = re.compile(rb'\b(name|value)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Watched:
    """An order that waits for its payment while somebody watches its page."""

    order_id: str
    token: str
    bank_page: str


@dataclass(frozen=True, slots=True)
class Approve:
    """The shopper approves at the bank and comes back to the shop, which asks the bank."""

    order: Watched

    def __call__(self, random: Random) -> Script:
        page = need((yield Request("GET", self.order.bank_page)), 200)
        form = form_of(page, "") | {"decision": "approve"}
        cookies = sent(page.cookies())
        need((yield Request("POST", self.order.bank_page, headers=cookies, form=form)), 302)
        back = yield Request("GET", f"/checkout/return/{self.order.token}/", headers=cookies)
        need(back, 302, 303)
        return None


@dataclass(frozen=True, slots=True)
class Act:
    """Staff open an order and send one of its forms, again if somebody was faster or is late."""

    order: Watched
    action: str
    cookies: Mapping[str, str]

    def __call__(self, random: Random) -> Script:
        path, headers = f"/staff/orders/{self.order.order_id}/", sent(self.cookies)
        for _ in range(TRIES):
            page = need((yield Request("GET", path, headers=headers)), 200)
            if f'"{path}{self.action}/"'.encode() not in page.body:
                continue
            form = form_of(page, f"{path}{self.action}/") | {"carrier": "La Poste"}
            answer = yield Request("POST", f"{path}{self.action}/", headers=headers, form=form)
            if answer.status != 409:
                need(answer, 302, 303)
                return None
        raise WrongAnswer(f"{self.action} could not be done, {TRIES} times")


def form_of(page: Response, action: str) -> dict[str, str]:
    """Returns what a page's form would send as it stands. Raises: WrongAnswer: no such form."""
    wanted = rb'action="%s"' % re.escape(action.encode()) if action else rb'method="post"'
    found = re.search(rb"<form[^>]*%s[^>]*>(.*?)</form>" % wanted, page.body, re.DOTALL)
    if found is None:
        raise WrongAnswer(f"the page has no form {action}")
    result = {}
    for tag in re.findall(rb"<input[^>]*>", found.group(1)):
        parts = {key: unescape(value.decode()) for key, value in ATTRIBUTE.findall(tag)}
        if b"name" in parts:
            result[parts[b"name"]] = parts.get(b"value", "")
    return result


def sign_in(email: str, password: str) -> Script:
    """Signs in; returns the cookies."""
    page = need((yield Request("GET", "/accounts/login/")), 200)
    cookies = page.cookies()
    form = form_of(page, "") | {"login": email, "password": password}
    answer = yield Request("POST", "/accounts/login/", headers=sent(cookies), form=form)
    return cookies | need(answer, 302).cookies()


def waiting(skus: Sequence[str]) -> Script:
    """Orders at the test bank and stops before its page; returns a `Watched`."""
    placed = yield from purchase(skus, "testbank", uuid4())
    assert isinstance(placed, dict)
    page = re.sub(r"^https?://[^/]+", "", placed["step"]["redirect_url"])
    return Watched(placed["order_id"], placed["token"], page)


def changes(
    orders: Sequence[Watched], staff: Mapping[str, str], random: Random, seconds: float
) -> list[Arrival]:
    """Returns who pays, ships and delivers each of the orders, and when."""
    found = []
    for order in orders:
        for kind, state, play, begin, end in (
            ("checkout", "confirmed", Approve(order), 0.0, 0.35),
            ("staff", "shipped", Act(order, "ship", staff), 0.45, 0.65),
            ("staff", "delivered", Act(order, "deliver", staff), 0.75, 1.0),
        ):
            (at,) = spread(random, 1, begin * seconds, end * seconds)
            found.append(Arrival(at, kind, play, f"{order.order_id} {state}"))
    return found
