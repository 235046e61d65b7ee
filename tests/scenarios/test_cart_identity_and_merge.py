"""Acceptance scenarios 49 to 55: whose basket it is. 56 is in tests/checkout/test_placing.py.

Where other shops let one basket win, this one adds quantities, capped by what may be bought.
"""

import pytest
from django.test import Client

from modules.carts.commands import add_line, create_cart, merge_carts
from modules.carts.contracts import AddLine, Cart, CreateCart, MergeCarts
from modules.carts.selectors import cart as cart_of
from modules.customers.commands import ensure_role
from modules.kernel.identity import new_id
from tests.frontend.storefront.shopping import Shopper, text
from tests.support.trade import CARD, PRICES, PRINT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

ADA = new_id()


def basket(*lines: tuple[str, int], own: bool = False) -> Cart:
    cart = create_cart(CreateCart(currency="EUR", country="FR", customer_id=ADA if own else None))
    for sku, quantity in lines:
        cart = add_line(
            AddLine(cart_id=cart.id, sku=sku, quantity=quantity, unit_price_minor=PRICES[sku])
        )
    return cart


def merged(guest: Cart, limits: dict[str, int] | None = None) -> dict[str, int]:
    result = merge_carts(MergeCarts(guest_cart_id=guest.id, customer_id=ADA, limits=limits))
    return {line.sku: line.quantity for line in result.cart.lines}


def test_scenario_49_quantities_of_both_baskets_add_up_capped_by_what_may_be_bought() -> None:
    basket((PRINT, 1), own=True)
    guest = basket((PRINT, 3))
    assert merged(guest, {PRINT: 3}) == {PRINT: 3}


def test_scenario_51_lines_that_differ_in_their_options_stay_separate() -> None:
    basket((PRINT, 1), own=True)
    assert merged(basket((CARD, 2))) == {PRINT: 1, CARD: 2}


def test_scenario_52_a_piece_in_both_baskets_remains_after_merging() -> None:
    basket((PRINT, 1), (CARD, 1), own=True)
    assert merged(basket((PRINT, 2))) == {PRINT: 3, CARD: 1}


def test_scenario_54_typing_somebody_s_address_opens_nobody_s_basket() -> None:
    ensure_role("ada@example.org", "a-long-password", "")
    own = basket((PRINT, 1), own=True)
    guest = Shopper(Client())
    guest.add(CARD)
    guest.client.post("/checkout/", {**guest.at_checkout(), "email": "ada@example.org"})
    assert cart_of(own.id).lines == own.lines
    assert PRINT not in text(guest.client.get("/cart/"))


def test_scenario_55_registering_keeps_the_basket_and_signing_out_hides_it() -> None:
    shopper = Shopper(Client())
    shopper.add(PRINT, quantity=2)
    words = {
        "email": "new@example.org",
        "password1": "a-long-password-9",
        "password2": "a-long-password-9",
    }
    shopper.client.post("/accounts/signup/", words)
    assert "Subtotal €66.66" in text(shopper.client.get("/cart/"))
    shopper.client.post("/accounts/logout/")
    assert "Subtotal" not in text(shopper.client.get("/cart/"))
