"""Pages for everybody hold no token: their forms are known by their sender."""

import pytest
from django.conf import settings
from django.test import Client

from tests.support.trade import PRINT

pytestmark = pytest.mark.django_db
OURS = settings.PUBLIC_URL
REFUSED = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Origin": f"{OURS}.evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": OURS, "Sec-Fetch-Site": "cross-site"},
    {},
]


@pytest.fixture
def browser(shop: None) -> Client:
    return Client(enforce_csrf_checks=True)


def add(browser: Client, **headers: str) -> int:
    sent = {"sku": PRINT, "quantity": "1"}
    return browser.post("/cart/add/", sent, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": OURS},
        {"Origin": OURS, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver"},
    ],
    ids=str,
)
def test_a_page_of_ours_may_add_to_the_basket(browser: Client, headers: dict[str, str]) -> None:
    assert add(browser, **headers) == 303


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_nobody_else_may(browser: Client, headers: dict[str, str]) -> None:
    assert add(browser, **headers) == 403


def test_who_names_no_sender_needs_a_token(browser: Client) -> None:
    browser.get("/currency/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    assert add(browser, **{"X-CSRFToken": "wrong" * 8}) == 403
    assert add(browser, **{"X-CSRFToken": token}) == 303


@pytest.mark.parametrize("path", ["/cart/change/", "/cart/remove/", "/currency/", "/checkout/"])
def test_every_other_form_needs_its_token(browser: Client, path: str) -> None:
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    assert browser.post(path, {}, headers=headers).status_code == 403


def test_cookies_stay_at_home(browser: Client) -> None:
    browser.post("/cart/add/", {"sku": PRINT}, headers={"Origin": OURS})
    assert {each["samesite"] for each in browser.cookies.values()} == {"Lax"}
