"""Whoever may not see an order, a payment or a basket gets nowhere near it, by any operation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from config.api import api
from events.integrity.checkpoints import take
from events.relay import drain
from events.waiting import effects
from modules.audit.commands import ask_past
from modules.audit.contracts import AskPast
from modules.customers.commands import ensure_role
from modules.customers.models import User
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.webhooks.commands import add_endpoint, ping_endpoint
from modules.webhooks.contracts import AddEndpoint
from tests.api.conftest import ADDRESS, SMALL, Basket, Caller, keyholder, ordered
from tests.promotions.offering import promote

CHANGES = re.compile(r"\b(INSERT INTO|UPDATE\s+\S+\s+(AS \S+\s+)?SET|DELETE FROM|FOR UPDATE)\b")
LINE = {"sku": SMALL, "quantity": 1}
# The least that each change needs to be understood, by the end of its path.
BODIES: dict[str, dict[str, Any]] = {
    "lines": LINE,
    "{sku}": {"quantity": 1},
    "{cart_id}": {"email": "eve@example.org", "delivery_address": ADDRESS},
    "payments": {"provider": "testbank", "return_url": "https://eve.example/"},
    "cancellation": {"reason": "mine now"},
    "returns": {"lines": [LINE], "reason": "mine now"},
    "cancelled-lines": {"lines": [LINE], "reason": "mine now"},
    "refunds": {"amount_minor": 1, "reason": "mine now"},
    "codes": {"code": "SPRING10"},
    "{endpoint_id}": {"url": "https://eve.example/"},
    "switch": {"on": False},
    "seek": {"position": 1},
}
REFUSED = {401, 403, 404}


@pytest.fixture
def named(committed_guest: Caller) -> dict[str, str]:
    """What there is to steal: an order with its payment, and a filled basket."""
    basket = Basket(committed_guest)
    basket.add(SMALL, 1)
    mine = ordered(committed_guest)
    return {
        "order_id": mine["order_id"],
        "stream_id": mine["order_id"],
        "payment_id": mine["payment_id"],
        "cart_id": basket.id,
        "parcel_id": str(uuid4()),
        "return_id": str(uuid4()),
        "kind": "orders",
        "name": "orders.orders",
        "key": mine["order_id"],
        "account": "bank",
        "sku": SMALL,
        "number": invoiced(committed_guest),
        "code": "SPRING10",
        **hooked(),
    }


def hooked() -> dict[str, str]:
    """An endpoint of webhooks, and a ping on its way to it."""
    added = add_endpoint(AddEndpoint(url="https://hooks.example.com/"))
    ping = ping_endpoint(added.endpoint_id)
    return {"endpoint_id": str(added.endpoint_id), "delivery_id": str(ping)}


def invoiced(guest: Caller) -> str:
    """The number of an invoice: of an order that is to be paid by transfer, and shipped."""
    other = ordered(guest, provider="invoice")
    desk = f"/api/staff/orders/{other['order_id']}"
    assert keyholder("orders:write")("POST", f"{desk}/parcels", {}).status == 201
    (number,) = issue_documents(IssueDocuments(order_id=UUID(other["order_id"])))
    return number


def operations() -> Iterator[tuple[str, str]]:
    """Every operation on something that belongs to somebody."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        if re.search(r"\{(order|payment|cart|stream|endpoint|delivery)_id\}|\{number\}", path):
            yield from ((method.upper(), path) for method in methods)


def strangers(guest: Caller) -> dict[str, Caller]:
    other = ordered(guest)
    ensure_role("eve@example.org", "correct horse battery", "")
    signed_in = Client()
    signed_in.force_login(User.objects.get(email="eve@example.org"))
    other_basket = Basket(guest)
    return {
        "nobody": guest,
        "a buyer of something else": guest.with_headers(Authorization=f"Bearer {other['token']}"),
        "another customer": Caller(signed_in),
        "the holder of another basket": other_basket.call,
        "a key for other things": keyholder("catalog:read", "stock:write", "prices:write"),
    }


def test_no_stranger_gets_in_by_any_operation(
    committed_guest: Caller, named: dict[str, str]
) -> None:
    got_in = []
    for who, caller in strangers(committed_guest).items():
        for method, path in operations():
            body = None if method == "GET" else BODIES.get(path.rpartition("/")[2], {})
            answer = caller(method, path.format(**named), body)
            if answer.status not in REFUSED:
                got_in.append((who, method, path, answer.status))
    assert got_in == []


def test_reading_changes_nothing(
    committed_guest: Caller, named: dict[str, str], tmp_path: Path
) -> None:
    with override_settings(CHECKPOINT_KEY_FILE=tmp_path / "keys", CHECKPOINT_SINKS=""):
        signed = take()
    assert signed is not None
    size = str(signed.size)
    promote("spring", off=10)
    past = ask_past(AskPast(read_model="orders.orders", position=1))
    drain()
    values = {
        **named,
        "slug": "blue-tides",
        "code": "spring",
        "size": size,
        "since": size,
        "position": "1",
        "effect_id": str(effects("later")[0].id),
        "run_id": str(past),
    }
    scopes = (
        "audit:read",
        "books:read",
        "carts:write",
        "catalog:read",
        "orders:read",
        "stock:write",
        "webhooks:read",
    )
    caller = keyholder(*scopes)
    parameters = {
        "/api/prices": f"?sku={SMALL}",
        "/api/availability": f"?sku={SMALL}",
        "/api/variants": f"?sku={SMALL}",
        "/api/staff/stock/levels": f"?sku={SMALL}",
        "/api/suggestions": "?q=blue",
        "/api/audit/streams": f"?reference={named['order_id']}",
        "/api/ledger/accounts/{account}/statement": "?currency=EUR",
    }
    for path, methods in api.get_openapi_schema()["paths"].items():
        if "get" in methods and path != "/api/orders":
            with CaptureQueriesContext(connection) as captured:
                address = path.format(**values) + parameters.get(path, "")
                assert (path, caller("GET", address).status) == (path, 200)
            said = [query["sql"] for query in captured.captured_queries]
            assert [sql for sql in said if CHANGES.search(sql)] == []
