"""Who may call what: keys and their scopes, browser sessions with CSRF, guests with a token."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from config.api import api
from config.api_access import Anybody, Holder
from modules.customers.commands import ensure_role
from modules.customers.models import User
from tests.api.conftest import SMALL, Caller

RECEIPT = {"lines": [{"sku": SMALL, "quantity": 1}]}


def browser(email: str, role: str = "") -> Client:
    ensure_role(email, "correct horse battery", role)
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(email=email))
    return client


def test_without_credentials_the_answer_is_401_and_names_the_scheme(guest: Caller) -> None:
    answer = guest("GET", "/api/staff/stock")
    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("credentials", ["Bearer cfk_wrong", "Basic YTpi", "Bearer", "Bearer  "])
def test_wrong_credentials_are_refused_even_where_none_are_needed(
    guest: Caller, credentials: str
) -> None:
    answer = guest("GET", "/api/categories", Authorization=credentials)
    assert (answer.status, answer.code) == (401, "unauthenticated")


def test_a_key_without_the_scope_is_told_which_it_lacks(machine: Callable[..., Caller]) -> None:
    answer = machine("orders:read")("GET", "/api/staff/stock")
    assert (answer.status, answer.json["fields"]) == (403, {"scope": "stock:write"})


def test_a_key_with_the_scope_acts_under_its_own_name(machine: Callable[..., Caller]) -> None:
    keyholder = machine("stock:write")
    assert keyholder("POST", "/api/staff/stock/receipts", RECEIPT).status == 204
    book = keyholder("GET", f"/api/staff/stock/{SMALL}/movements").json
    assert book[0]["actor"] == keyholder("GET", "/api/me").json["actor"]
    assert book[0]["actor"].startswith("api-key:")


def test_a_customer_is_not_staff(shop: None) -> None:
    customer = Caller(browser("ada@example.org"))
    assert customer("GET", "/api/staff/stock").status == 403


def test_staff_read_by_cookie_alone_but_change_nothing_without_the_csrf_token(shop: None) -> None:
    staff = Caller(browser("staff@example.org", "staff"))
    assert staff("GET", "/api/staff/stock").status == 200
    answer = staff("POST", "/api/staff/stock/receipts", RECEIPT)
    assert (answer.status, answer.code) == (403, "csrf-failed")


def test_staff_change_things_with_the_csrf_token(shop: None) -> None:
    client = browser("staff@example.org", "staff")
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    staff = Caller(client, **{"X-CSRFToken": "a" * 32})
    assert staff("POST", "/api/staff/stock/receipts", RECEIPT).status == 204


def test_every_change_needs_the_csrf_token_when_a_cookie_comes_along(shop: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a-guest-session"
    stranger = Caller(client)
    schema = api.get_openapi_schema()
    changes = [
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, details in methods.items()
        if method != "get" and not details.get("x-raw-body")
    ]
    assert len(changes) > 5
    for method, path in changes:
        answer = stranger(method, path, {})
        assert (method, path, answer.code) == (method, path, "csrf-failed")


def test_every_operation_says_who_may_call_it() -> None:
    open_to_all = []
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                if not operation.auth_callbacks:
                    open_to_all.append(f"{router.prefix}{path}")
                for auth in operation.auth_callbacks:
                    assert isinstance(auth, Anybody)
                    if str(router.prefix).startswith("/staff"):
                        assert isinstance(auth, Holder)
    # Providers sign what they send; everything else has a caller.
    assert all("notifications" in path for path in open_to_all)


def test_a_basket_is_opened_by_its_token_only(guest: Caller) -> None:
    created = guest("POST", "/api/carts", {}).json
    path = f"/api/carts/{created['id']}"
    assert guest("GET", path).code == "cart-not-found"
    assert guest("GET", path, **{"X-Cart-Token": created["token"][:-1] + "!"}).status == 404
    assert guest("GET", path, **{"X-Cart-Token": created["token"]}).status == 200


def test_a_basket_of_somebody_else_looks_like_one_that_does_not_exist(guest: Caller) -> None:
    mine = guest("POST", "/api/carts", {}).json
    theirs = guest("POST", "/api/carts", {}).json
    foreign = guest("GET", f"/api/carts/{theirs['id']}", **{"X-Cart-Token": mine["token"]})
    absent = guest(
        "GET", "/api/carts/0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11", **{"X-Cart-Token": mine["token"]}
    )
    assert foreign.status == absent.status == 404
    assert foreign.code == absent.code


def test_every_operation_that_needs_credentials_refuses_none_and_wrong_ones(guest: Caller) -> None:
    schema = api.get_openapi_schema()
    guarded = [
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, details in methods.items()
        if {} not in details.get("security", [{}])
    ]
    assert len(guarded) > 5
    for method, path in guarded:
        for credentials in ({}, {"Authorization": "Bearer cfk_wrong"}):
            answer = guest(method, path, None if method == "GET" else {}, **credentials)
            assert (method, path, answer.status) == (method, path, 401)
