"""What every operation refuses, whatever it is for."""

import json

import pytest
from django.test import Client

from tests.api.conftest import SMALL, Caller


@pytest.fixture
def cart(guest: Caller) -> Caller:
    created = guest("POST", "/api/carts", {}).json
    caller = guest.with_headers(**{"X-Cart-Token": created["token"]})
    caller.path = f"/api/carts/{created['id']}"  # type: ignore[attr-defined]
    return caller


def lines(cart: Caller) -> str:
    return f"{cart.path}/lines/{SMALL}"  # type: ignore[attr-defined]


def test_an_unknown_key_is_refused_by_name(guest: Caller) -> None:
    answer = guest("POST", "/api/carts", {"currency": "EUR", "is_staff": True})
    assert (answer.status, answer.code) == (422, "invalid-request")
    assert [error["pointer"] for error in answer.json["errors"]] == ["#/is_staff"]


@pytest.mark.parametrize(
    "quantity", ["-1", "1e9", "1.0", "1.5", "NaN", "Infinity", '"1"', "true", "null", "1" * 400]
)
def test_a_quantity_is_a_whole_number_within_bounds(cart: Caller, quantity: str) -> None:
    answer = cart("PUT", lines(cart), b'{"quantity": %s}' % quantity.encode())
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_that_is_there_twice_is_refused(cart: Caller) -> None:
    answer = cart("PUT", lines(cart), b'{"quantity": 1, "quantity": 9}')
    assert answer.status == 422
    assert "twice" in answer.json["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"null", b"\xff", b'{"a":' * 50_000, b"[" * 60_000]
)
def test_a_body_that_is_no_json_object_is_refused(cart: Caller, body: bytes) -> None:
    answer = cart("PUT", lines(cart), body)
    assert answer.status in (413, 422)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_stored_is_refused_where_it_stands(cart: Caller, text: str) -> None:
    answer = cart("PATCH", cart.path, {"delivery_address": {"name": text}})  # type: ignore[attr-defined]
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/delivery_address/name"


@pytest.mark.parametrize(
    "address", ["/api/products?q=%00", "/api/products/a%00b", "/api/suggestions?q=a%00"]
)
def test_a_nul_in_an_address_is_refused(guest: Caller, address: str) -> None:
    assert guest("GET", address).status in (404, 422)


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_read(guest: Caller, media: str) -> None:
    answer = guest("POST", "/api/carts", b"{}", content_type=media)
    assert (answer.status, answer.code) == (415, "unsupported-media-type")


def test_a_large_body_is_not_read(guest: Caller) -> None:
    answer = guest("POST", "/api/carts", b" " * 70_000)
    assert (answer.status, answer.code) == (413, "payload-too-large")
    assert answer.json["fields"] == {"limit_bytes": 65_536}


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(guest: Caller) -> None:
    answer = guest("GET", "/api/products?categroy=prints")
    assert answer.status == 422
    [wrong] = answer.json["errors"]
    assert wrong["parameter"] == "categroy"
    assert "category, " in wrong["detail"]


def test_a_wrong_value_in_a_list_is_reported_by_the_lists_name(guest: Caller) -> None:
    answer = guest("GET", "/api/prices?sku=TIDES-A4&sku=")
    assert answer.status == 422
    assert [wrong["parameter"] for wrong in answer.json["errors"]] == ["sku"]


def test_an_unknown_path_is_a_problem_too(guest: Caller) -> None:
    answer = guest("GET", "/api/prodcuts")
    assert (answer.status, answer.code) == (404, "no-such-address")


def test_an_unknown_method_names_those_that_are_known(guest: Caller) -> None:
    answer = guest("DELETE", "/api/products")
    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


def test_a_mistake_of_ours_shows_no_traceback(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("modules.catalog.selectors.category_tree", broken)
    answer = Caller(Client(raise_request_exception=False))("GET", "/api/categories")
    assert (answer.status, answer.code) == (500, "internal-error")
    assert "secret" not in json.dumps(answer.json)


def test_every_problem_names_a_page(guest: Caller) -> None:
    answer = guest("GET", "/api/products/nothing-like-it")
    assert answer.code == "product-not-found"
    assert answer.json["type"].endswith("/problems/product-not-found")
    page = Client().get("/problems/product-not-found")
    assert page.status_code == 200
    assert "What to do" in page.content.decode()
