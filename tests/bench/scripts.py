"""What clients do: look at a page, or buy something."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from tests.bench.load import Script
from tests.bench.wire import Request, Response, WrongAnswer

ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "12 rue des Arts",
    "city": "Lyon",
    "postcode": "69002",
    "country": "FR",
}
EMAIL = "ada@example.org"
RETURN_URL = "https://shop.example/thanks"


@dataclass(frozen=True, slots=True)
class Look:
    """Reads one page, which must have at least `least_bytes`; 304 says that it is the same."""

    path: str
    least_bytes: int
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, random: Random) -> Script:
        response = yield Request("GET", self.path, headers=dict(self.headers))
        if response.status != self.status or len(response.body) < self.least_bytes:
            raise WrongAnswer(f"{self.path}: {response.status}, {len(response.body)} bytes")
        return None


@dataclass(frozen=True, slots=True)
class Buy:
    """Buys one unit each of two SKUs, drawn anew every time, as a guest."""

    skus: tuple[str, ...]
    provider: str

    def __call__(self, random: Random) -> Script:
        order_id = UUID(int=random.getrandbits(128), version=4)
        return purchase(random.sample(self.skus, 2), self.provider, order_id)


def placement(skus: Sequence[str], provider: str, order_id: UUID) -> Script:
    """The way over the API to an order that is not paid; returns it as it was answered."""
    cart = (yield Request("POST", "/api/carts", {"currency": "EUR", "country": "FR"})).expect(201)
    path = f"/api/carts/{cart['id']}"
    holder = {"X-Cart-Token": cart["token"]}
    for sku in skus:
        line = {"sku": sku, "quantity": 1}
        (yield Request("POST", f"{path}/lines", line, holder)).expect(201)
    contact = {"email": EMAIL, "delivery_address": ADDRESS}
    (yield Request("PATCH", path, contact, holder)).expect(200)
    review = (yield Request("GET", f"{path}/review", headers=holder)).expect(200)
    body = {
        "order_id": str(order_id),
        "cart_id": cart["id"],
        "expected_total_minor": review["totals"]["total_minor"],
        "payment_method": provider,
        "method_code": review["delivery_options"][0]["method_code"],
        "email": EMAIL,
        "delivery_address": ADDRESS,
    }
    return (yield Request("POST", "/api/orders", body, holder)).expect(201)


def purchase(skus: Sequence[str], provider: str, order_id: UUID) -> Script:
    """The whole way over the API; returns the order as it was answered, with its payment's `step`.

    By invoice that is `authorised` and the order confirmed; at a bank it is `pending`, because what
    follows is a person at the bank's page.
    """
    placed = yield from placement(skus, provider, order_id)
    assert isinstance(placed, dict)
    owner = {"Authorization": f"Bearer {placed['token']}"}
    pay = {"provider": provider, "return_url": RETURN_URL}
    step = (yield Request("POST", placed["next"], pay, owner)).expect(200)
    wanted = "authorised" if provider == "invoice" else "pending"
    if step["status"] != wanted:
        raise WrongAnswer(f"the payment is {step['status']}, not {wanted}")
    return placed | {"step": step}


@dataclass(frozen=True, slots=True)
class BuyByPages:
    """Buys what `Buy` buys the way a browser does; `slugs` name each SKU's product page."""

    slugs: Mapping[str, str]

    def __call__(self, random: Random) -> Script:
        chosen = random.sample(sorted(self.slugs), 2)
        return purchase_by_pages({sku: self.slugs[sku] for sku in chosen})


FORM = {
    "email": EMAIL,
    **{f"delivery_{name}": value for name, value in ADDRESS.items()},
    "payment": "invoice",
}


def purchase_by_pages(slugs: Mapping[str, str]) -> Script:
    """Looks at each product and adds it, checks out and looks at the order; seven requests."""
    cookies: dict[str, str] = {}
    for sku, slug in slugs.items():
        page = yield Request("GET", f"/products/{slug}/", headers=sent(cookies))
        need(page, 200)
        cookies |= page.cookies()
        line = {"sku": sku, "quantity": "1"}
        hx = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
        added = yield Request("POST", "/cart/add/", headers=sent(cookies) | hx, form=line)
        need(added, 200)
        cookies |= added.cookies()
    checkout = yield Request("GET", "/checkout/", headers=sent(cookies))
    names = ("csrfmiddlewaretoken", "order_id", "total", "left", "method")
    form = FORM | {name: shown(checkout, name) for name in names}
    cookies |= checkout.cookies()
    placed = yield Request("POST", "/checkout/", headers=sent(cookies), form=form)
    order = yield Request("GET", need(placed, 303).header("location"), headers=sent(cookies))
    need(order, 200)
    return "confirmed"


def sent(cookies: Mapping[str, str]) -> dict[str, str]:
    """Returns the header by which a browser sends its cookies."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def need(response: Response, *statuses: int) -> Response:
    if response.status not in statuses:
        words = re.sub(rb"<[^>]+>|\s+", b" ", response.body)[:300].decode(errors="replace")
        wanted = " or ".join(map(str, statuses))
        raise WrongAnswer(f"{response.status}, not {wanted}: {words}")
    return response


def shown(response: Response, name: str) -> str:
    """Returns the value of the page's first input of this name, which it must have."""
    found = re.search(rb'<input[^>]*name="%s"[^>]*?value="([^"]*)"' % name.encode(), response.body)
    if response.status != 200 or found is None:
        raise WrongAnswer(f"{response.status}: there is no input {name}")
    return found.group(1).decode()
