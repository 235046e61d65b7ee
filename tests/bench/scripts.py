"""What clients do: look at a page, or buy something."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from tests.bench.load import Script
from tests.bench.wire import Request, WrongAnswer

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


def purchase(skus: Sequence[str], provider: str, order_id: UUID) -> Script:
    """The whole way over the API; returns the payment's status.

    By invoice it is `authorised` and the order confirmed; at a bank it is `pending`, because what
    follows is a person at the bank's page.
    """
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
    placed = (yield Request("POST", "/api/orders", body, holder)).expect(201)
    owner = {"Authorization": f"Bearer {placed['token']}"}
    pay = {"provider": provider, "return_url": RETURN_URL}
    step = (yield Request("POST", placed["next"], pay, owner)).expect(200)
    wanted = "authorised" if provider == "invoice" else "pending"
    if step["status"] != wanted:
        raise WrongAnswer(f"the payment is {step['status']}, not {wanted}")
    return step["status"]
