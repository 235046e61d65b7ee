"""A small shop with one product in two sizes, and clients that speak JSON to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from modules.catalog.commands import save_category, save_product
from modules.catalog.contracts import SaveCategory, SaveProduct, SaveVariant
from modules.customers.commands import issue_api_key
from modules.customers.contracts import IssueApiKey
from modules.inventory.commands import receive_stocks
from modules.inventory.contracts import ReceiveStock
from modules.kernel.money import Money
from modules.pricing.commands import save_tax_rules, set_prices
from modules.pricing.contracts import SetPrice, TaxRule
from modules.shipping.commands import save_methods, save_zones
from modules.shipping.contracts import SaveMethod, SaveRate, SaveZone
from tests.support.store import empty_store

SMALL, LARGE = "TIDES-A4", "TIDES-A3"
PRICES = {SMALL: 1290, LARGE: 2490}
DELIVERY = 490
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "12 rue des Arts",
    "city": "Lyon",
    "postcode": "69002",
    "country": "FR",
}


@dataclass(frozen=True)
class Answer:
    """A response with its JSON read."""

    status: int
    headers: dict[str, str]
    json: Any

    @property
    def code(self) -> str:
        return str(self.json["code"])


class Caller:
    """Calls the API as one client does; `headers` go with every request."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client = client
        self.headers = headers

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        response = self.client.generic(
            method,
            path,
            raw,
            content_type=headers.pop("content_type", "application/json"),
            headers={**self.headers, **headers},
        )
        streamed = getattr(response, "streaming_content", None)
        text = response.content if streamed is None else b"".join(streamed)
        # Lines of JSON are more than one document.
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        is_json = bool(text) and kind.endswith(("/json", "+json"))
        return Answer(
            status=response.status_code,
            headers=dict(response.headers),
            json=json.loads(text) if is_json else None,
        )

    def with_headers(self, **headers: str) -> "Caller":
        return Caller(self.client, **{**self.headers, **headers})


def seed() -> None:
    """One product in two sizes, priced in EUR, with stock, French tax and one way to deliver."""
    save_category(SaveCategory(path="prints", name="Prints"))
    save_product(
        SaveProduct(
            slug="blue-tides",
            title="Blue tides",
            kind="print",
            category="prints",
            variants=tuple(
                SaveVariant(sku=sku, title="Blue tides", options=(("Size", sku[-2:]),))
                for sku in PRICES
            ),
        )
    )
    set_prices(tuple(SetPrice(sku=sku, price=Money(PRICES[sku], "EUR")) for sku in PRICES))
    receive_stocks(tuple(ReceiveStock(sku=sku, quantity=50) for sku in PRICES))
    save_tax_rules(
        (
            TaxRule(
                code="FR-standard",
                version=1,
                country="FR",
                tax_class="standard",
                rate_millionths=200_000,
                label="VAT 20 %",
            ),
        )
    )
    save_methods((SaveMethod(code="standard", title="Standard", carrier="La Poste"),))
    rate = SaveRate(method_code="standard", charge=Money(DELIVERY, "EUR"), days_min=2, days_max=4)
    save_zones((SaveZone(code="fr", name="France", countries=("FR",), rates=(rate,)),))


@pytest.fixture
def shop(db: None) -> None:
    seed()


@pytest.fixture
def guest(shop: None) -> Caller:
    return Caller(Client())


def keyholder(*scopes: str) -> Caller:
    """A client with an API key of these scopes."""
    key = issue_api_key(IssueApiKey(name="tests", scopes=scopes))
    return Caller(Client(), Authorization=f"Bearer {key.secret}")


@pytest.fixture
def machine(shop: None) -> Callable[..., Caller]:
    return keyholder


@pytest.fixture
def committed_guest(transactional_db: None) -> Iterator[Caller]:
    """A guest of a shop whose changes are committed: providers are called outside transactions."""
    empty_store()
    seed()
    yield Caller(Client())
    empty_store()


@pytest.fixture
def committed_machine(committed_guest: Caller) -> Callable[..., Caller]:
    return keyholder


@pytest.fixture
def committed_staff(committed_guest: Caller) -> Caller:
    return keyholder("orders:read", "orders:write", "payments:write")


class Basket:
    """A basket that a caller fills and orders."""

    def __init__(self, caller: Caller) -> None:
        created = caller("POST", "/api/carts", {"currency": "EUR", "country": "FR"}).json
        self.id = created["id"]
        self.path = f"/api/carts/{self.id}"
        self.call = caller.with_headers(**{"X-Cart-Token": created["token"]})

    def add(self, sku: str, quantity: int) -> None:
        added = self.call("POST", f"{self.path}/lines", {"sku": sku, "quantity": quantity})
        assert added.status == 201, added

    def deliver(self) -> None:
        delivery = {
            "email": "ada@example.org",
            "delivery_address": ADDRESS,
            "method_code": "standard",
        }
        assert self.call("PATCH", self.path, delivery).status == 200

    def place(self, total_minor: int, order_id: str, provider: str = "testbank") -> Answer:
        body = {
            "order_id": order_id,
            "cart_id": self.id,
            "expected_total_minor": total_minor,
            "payment_method": provider,
            "method_code": "standard",
            "email": "ada@example.org",
            "delivery_address": ADDRESS,
        }
        return self.call("POST", "/api/orders", body)

    def order(self, total_minor: int, provider: str = "testbank") -> Any:
        placed = self.place(total_minor, str(uuid4()), provider)
        assert placed.status == 201, placed
        return placed.json

    def pay(self, placed: Any, provider: str) -> Any:
        holder = self.call.with_headers(Authorization=f"Bearer {placed['token']}")
        body = {"provider": provider, "return_url": "https://shop.example/thanks"}
        step = holder("POST", placed["next"], body)
        assert step.status == 200, step
        return step.json


def ordered(caller: Caller, *, provider: str = "") -> Any:
    """Returns an order of two small prints; with a provider its payment is started there."""
    basket = Basket(caller)
    basket.add(SMALL, 2)
    placed = basket.order(2 * PRICES[SMALL] + DELIVERY, provider or "testbank")
    if provider:
        placed["step"] = basket.pay(placed, provider)
    return placed
