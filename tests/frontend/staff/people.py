"""Somebody signed in, and forms sent the way a browser sends them."""

import html
import re
from typing import Protocol
from uuid import UUID

from django.test import Client

from modules.customers.commands import ensure_role
from modules.customers.models import User
from modules.kernel.identity import new_id

NAMES = {"staff": "Sascha", "auditor": "Aude", "customer": "Sam"}


class Page(Protocol):
    """What Django's test client answers."""

    content: bytes
    status_code: int


def signed_in(role: str) -> Client:
    """Returns a browser of somebody with this role; `anonymous` is not signed in."""
    client = Client()
    if role != "anonymous":
        person = ensure_role(
            f"{role}@shop.test",
            "a-long-password",
            "" if role == "customer" else role,
            NAMES[role],
        )
        client.force_login(User.objects.get(id=person))
    return client


def text(response: Page) -> str:
    """Returns the words of a page, on one line and as a reader sees them."""
    page = response.content.decode().replace("<wbr>", "")
    bare = re.sub(r"<[^>]+>", " ", page)
    return " ".join(html.unescape(bare).split())


def field(response: Page, name: str) -> str:
    """Returns the value of the first input of this name."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', response.content.decode())
    assert found, f"no input {name} in {text(response)}"
    return html.unescape(found.group(1))


class Desk:
    """The page of one order, opened by somebody of the staff."""

    def __init__(self, client: Client, order_id: UUID) -> None:
        self.client = client
        self.address = f"/staff/orders/{order_id}/"
        self.open()

    def open(self) -> Page:
        response = self.client.get(self.address)
        assert response.status_code == 200
        self.version = field(response, "version") if b'name="version"' in response.content else "0"
        return response

    def send(self, action: str, **data: object) -> Page:
        """Sends the form of an action as the page was when it was opened last."""
        sent = {"version": self.version, "command_id": new_id(), **data}
        return self.client.post(f"{self.address}{action}/", sent)

    def act(self, action: str, **data: object) -> Page:
        """Sends a form that is obeyed; returns the page after it."""
        response = self.send(action, **data)
        assert response.status_code == 303, text(response)
        return self.open()
