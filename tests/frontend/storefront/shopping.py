"""Somebody with a browser: fills a basket, and sends forms the way a browser sends them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.test import Client

from tests.support.trade import PRINT

HTMX = {"HX-Request": "true"}
TYPED = {
    "email": "lea@example.org",
    "delivery_name": "Lea Martin",
    "delivery_line1": "1 rue des Lilas",
    "delivery_city": "Paris",
    "delivery_postcode": "75020",
    "delivery_country": "FR",
    "method": "standard",
    "payment": "invoice",
}


class Answer(Protocol):
    """What the test client answers, as far as these tests look."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


def text(response: Answer) -> str:
    """Returns the words of a page, on one line and as a reader sees them."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(bare).split())


def field(response: Answer, name: str) -> str:
    """Returns the value of the first input of this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', response.content.decode())
    assert found, f"no input {name} in {text(response)}"
    return html.unescape(found.group(1))


@dataclass
class Shopper:
    """A browser in front of the shop, with its cookies."""

    client: Client

    def add(self, sku: str = PRINT, quantity: object = 1, **headers: str) -> Answer:
        sent = {"sku": sku, "quantity": quantity}
        return self.client.post("/cart/add/", sent, headers=headers)

    def at_checkout(self) -> dict[str, str]:
        """Returns the form as it would be sent, with the total and order id that it shows."""
        page = self.client.get("/checkout/")
        assert page.status_code == 200, text(page)
        return {**TYPED, "order_id": field(page, "order_id"), "total": field(page, "total")}

    def order(self) -> str:
        """Buys what is in the basket on invoice; returns the address of the order's page."""
        response = self.client.post("/checkout/", self.at_checkout())
        assert response.status_code == 303, text(response)
        return response.headers["Location"]

    def sign_in(self, email: str, password: str = "a-long-password") -> Answer:
        return self.client.post("/accounts/login/", {"login": email, "password": password})
