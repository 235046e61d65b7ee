"""A guest's basket comes along when somebody signs in or up, and stays behind when they leave."""

import pytest
from django.test import Client

from frontend.storefront.shopper import COOKIE
from modules.carts.selectors import cart_by_token
from modules.customers.commands import ensure_role
from tests.frontend.storefront.shopping import Shopper, text
from tests.support.trade import CARD, PRINT

LEA, NOA = "lea@shop.test", "noa@shop.test"
TOLD = "What you had chosen as a guest is in your basket."


@pytest.fixture
def accounts(shop: None) -> None:
    for email in (LEA, NOA):
        ensure_role(email, "a-long-password", "", email.partition("@")[0].capitalize())


def held(shopper: Shopper) -> dict[str, int]:
    cart = cart_by_token(shopper.client.cookies[COOKIE].value)
    return {line.sku: line.quantity for line in cart.lines}


def test_what_was_chosen_as_a_guest_joins_what_was_kept(shopper: Shopper, accounts: None) -> None:
    before = Shopper(Client())
    before.sign_in(LEA)
    before.add(CARD)
    shopper.add(PRINT, 2)
    guest = shopper.client.cookies[COOKIE].value
    assert shopper.sign_in(LEA).status_code == 302
    assert shopper.client.cookies[COOKIE].value != guest
    assert held(shopper) == {PRINT: 2, CARD: 1}
    assert TOLD in text(shopper.client.get("/cart/"))


def test_more_than_there_is_is_cut_and_said(shopper: Shopper, accounts: None) -> None:
    before = Shopper(Client())
    before.sign_in(LEA)
    before.add(PRINT, 6)
    shopper.add(PRINT, 6)
    shopper.sign_in(LEA)
    assert held(shopper) == {PRINT: 10}
    assert "12 became 10, the most in stock" in text(shopper.client.get("/cart/"))


def test_without_a_guests_basket_nothing_is_said(shopper: Shopper, accounts: None) -> None:
    shopper.sign_in(LEA)
    assert TOLD not in text(shopper.client.get("/cart/"))


def test_registering_keeps_the_basket(shopper: Shopper) -> None:
    shopper.add(PRINT, 2)
    sent = {"email": "new@shop.test", "password1": "a-long-passphrase"}
    answer = shopper.client.post("/accounts/signup/", sent | {"password2": sent["password1"]})
    assert answer.status_code == 302, text(answer)
    assert held(shopper) == {PRINT: 2}
    assert TOLD in text(shopper.client.get("/cart/"))


def test_signing_out_hides_the_basket_and_signing_in_brings_it_back(
    shopper: Shopper, accounts: None
) -> None:
    shopper.sign_in(LEA)
    shopper.add(PRINT)
    shopper.client.post("/accounts/logout/")
    assert "Your basket is empty" in text(shopper.client.get("/cart/"))
    shopper.sign_in(LEA)
    assert "Moon" in text(shopper.client.get("/cart/"))


def test_the_next_person_at_this_browser_gets_nothing_of_the_last(
    shopper: Shopper, accounts: None
) -> None:
    shopper.sign_in(LEA)
    shopper.add(PRINT)
    shopper.client.post("/accounts/logout/")
    shopper.sign_in(NOA)
    assert "Your basket is empty" in text(shopper.client.get("/cart/"))


def test_a_page_of_ones_own_asks_to_sign_in_first(shopper: Shopper) -> None:
    for path in ("/account/", "/account/orders/", "/account/addresses/"):
        answer = shopper.client.get(path)
        assert answer.headers["Location"] == f"/accounts/login/?next={path}"


def test_somebody_elses_address_cannot_be_opened(shopper: Shopper, accounts: None) -> None:
    shopper.sign_in(LEA)
    strange = "/account/addresses/0190f7a4-0000-7000-8000-000000000000/"
    assert shopper.client.get(strange).headers["Location"] == "/account/addresses/"
    assert shopper.client.post(f"{strange}remove/").status_code == 303
