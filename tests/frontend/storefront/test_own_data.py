"""Customers take a copy of their data or delete their account; nobody else does it for them."""

import json
from pathlib import Path

import pytest
from django.test import Client

from modules.customers.commands import ensure_role
from modules.customers.selectors import customer_by_email
from modules.orders.selectors import order_detail
from tests.frontend.storefront.shopping import text
from tests.privacy.planted import EMAIL, trade

PASSWORD = "a-long-password"


@pytest.fixture
def signed_in(shop: None, tmp_path: Path, settings: pytest.FixtureRequest) -> Client:
    settings.ERASURE_DIRECTORY = tmp_path  # type: ignore[attr-defined]
    ensure_role(EMAIL, PASSWORD, "")
    client = Client()
    assert client.login(username=EMAIL, password=PASSWORD)
    return client


def test_a_customer_takes_all_their_data_along(signed_in: Client) -> None:
    account = customer_by_email(EMAIL)
    assert account is not None
    placed = trade(account.id)
    answer = signed_in.post("/account/data/")
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.content)
    assert data["account"]["email"] == EMAIL
    assert [each["order"]["number"] for each in data["orders"]] == [placed.number]


def test_a_customer_who_deletes_the_account_is_a_stranger_afterwards(signed_in: Client) -> None:
    account = customer_by_email(EMAIL)
    assert account is not None
    placed = trade(account.id)
    answer = signed_in.post("/account/delete/", {"password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/deleted/")
    assert "cannot be read any more" in text(signed_in.get("/account/deleted/"))
    assert signed_in.get("/account/").status_code == 302
    assert order_detail(placed.order_id).contact.email == "erased"
    assert not signed_in.login(username=EMAIL, password=PASSWORD)


def test_an_erased_order_s_page_still_opens(signed_in: Client) -> None:
    account = customer_by_email(EMAIL)
    assert account is not None
    placed = trade(account.id)
    signed_in.post("/account/delete/", {"password": PASSWORD})
    answer = Client().get(f"/orders/{placed.token}/")
    assert answer.status_code == 200
    assert "erased" in text(answer)
    assert "Zornwhistle" not in text(answer)


@pytest.mark.parametrize("password", ["", "a-wrong-password"])
def test_without_the_password_nothing_is_deleted(signed_in: Client, password: str) -> None:
    answer = signed_in.post("/account/delete/", {"password": password})
    assert answer.status_code == 422
    assert "Enter the password you sign in with" in text(answer)
    assert customer_by_email(EMAIL) is not None


@pytest.mark.parametrize("path", ["/account/data/", "/account/delete/"])
def test_a_stranger_is_asked_to_sign_in(shop: None, path: str) -> None:
    answer = Client().post(path, {"password": PASSWORD})
    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


def test_data_is_never_given_out_by_a_link(signed_in: Client) -> None:
    assert signed_in.get("/account/data/").status_code == 405
    assert signed_in.get("/account/delete/").status_code == 200
