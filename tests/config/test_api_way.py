"""The API's short way: what a machine is answered without the machinery of pages."""

import pytest
from django.db import OperationalError
from django.test import Client

from modules.customers.models import User

pytestmark = pytest.mark.django_db

# What protects a browser that opens an answer by its address.
PROTECTING = {
    "Content-Security-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


def test_an_answer_is_protected_and_measured_as_on_the_long_way(client: Client) -> None:
    short = client.get("/api/variants", {"sku": "NONE"})
    client.force_login(User.objects.create_user("ada@example.com"))
    long = client.get("/api/variants", {"sku": "NONE"})
    assert short.content == long.content
    assert not hasattr(short.wsgi_request, "session")
    assert hasattr(long.wsgi_request, "session")
    assert {*PROTECTING, "Content-Length"} <= {*short.headers} & {*long.headers}


def test_whoever_is_signed_in_is_known_to_the_api(client: Client) -> None:
    assert client.get("/api/me").json()["customer_id"] is None
    user = User.objects.create_user("ada@example.com")
    client.force_login(user)
    assert client.get("/api/me").json()["customer_id"] == str(user.pk)


def test_the_pages_for_people_who_read_the_api_are_pages(client: Client) -> None:
    assert "text/html" in client.get("/api/docs").headers["Content-Type"]


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/api/variants", headers={"host": "elsewhere.example"}).status_code == 400


def test_an_outage_is_told_as_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("modules.carts.commands.create_cart", away)
    basket = {"currency": "EUR", "country": "FR"}
    answer = client.post("/api/carts", basket, content_type="application/json")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/problems/database-unavailable")


def test_a_mistake_of_ours_is_a_problem_without_its_traceback(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("modules.carts.commands.create_cart", fail)
    client.raise_request_exception = False
    basket = {"currency": "EUR", "country": "FR"}
    answer = client.post("/api/carts", basket, content_type="application/json")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "ZeroDivision" not in answer.content.decode()
