"""Signing in with a basket: quantities add up, capped by what may be bought, and it is said."""

import pytest

from modules.carts.commands import add_line, create_cart, customer_cart, merge_carts, set_delivery
from modules.carts.contracts import (
    MAXIMUM_LINES,
    AddLine,
    Cart,
    CartNotFound,
    CreateCart,
    MergeCarts,
    MergeNote,
    SetDelivery,
)
from modules.carts.domain.merging import merged
from modules.carts.selectors import cart, cart_by_token, open_cart_of
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db


def filled(basket: Cart, **quantities: int) -> Cart:
    for sku, quantity in quantities.items():
        basket = add_line(
            AddLine(cart_id=basket.id, sku=sku, quantity=quantity, unit_price_minor=1000)
        )
    return basket


def guest(currency: str = "EUR", **quantities: int) -> Cart:
    return filled(create_cart(CreateCart(currency=currency, country="FR")), **quantities)


def held(basket: Cart) -> dict[str, int]:
    return {line.sku: line.quantity for line in basket.lines}


def test_quantities_of_both_baskets_add_up() -> None:
    customer = new_id()
    own = filled(customer_cart(customer), A=1, B=2)
    result = merge_carts(MergeCarts(guest_cart_id=guest(A=3, C=1).id, customer_id=customer))
    assert held(result.cart) == {"A": 4, "B": 2, "C": 1}
    assert (result.cart.id, result.notes) == (own.id, ())


def test_what_cannot_be_bought_is_cut_and_said() -> None:
    customer = new_id()
    filled(customer_cart(customer), A=1, B=998)
    shopping = guest(A=3, B=5, C=2)
    result = merge_carts(
        MergeCarts(guest_cart_id=shopping.id, customer_id=customer, limits={"A": 2, "C": 0})
    )
    assert held(result.cart) == {"A": 2, "B": 999}
    assert {(note.sku, note.wanted, note.kept, note.reason) for note in result.notes} == {
        ("A", 4, 2, "stock"),
        ("B", 1003, 999, "line-limit"),
        ("C", 2, 0, "stock"),
    }
    assert [note.message for note in result.notes] == [
        "A: 4 became 2, the most in stock.",
        "B: 1003 became 999, the most allowed in one order.",
        "C is sold out.",
    ]


def test_a_customer_without_basket_gets_one_that_the_guests_token_does_not_open() -> None:
    customer, shopping = new_id(), guest(A=3)
    result = merge_carts(MergeCarts(guest_cart_id=shopping.id, customer_id=customer))
    assert held(result.cart) == {"A": 3}
    assert open_cart_of(customer) == result.cart
    assert result.cart.token != shopping.token
    with pytest.raises(CartNotFound):
        cart_by_token(shopping.token)
    with pytest.raises(CartNotFound):
        cart(shopping.id)


def test_merging_again_changes_nothing() -> None:
    message = MergeCarts(guest_cart_id=guest(A=3).id, customer_id=new_id())
    assert merge_carts(message).cart == merge_carts(message).cart


def test_a_basket_of_another_customer_is_never_merged() -> None:
    theirs = filled(customer_cart(new_id()), A=1)
    with pytest.raises(CartNotFound):
        merge_carts(MergeCarts(guest_cart_id=theirs.id, customer_id=new_id()))
    assert cart(theirs.id) == theirs


def test_an_anonymous_shopper_who_types_a_registered_address_changes_no_other_basket() -> None:
    customer = new_id()
    own = filled(customer_cart(customer), A=1)
    shopping = set_delivery(SetDelivery(cart_id=guest(B=1).id, email="owner@example.org"))
    assert held(shopping) == {"B": 1}
    assert open_cart_of(customer) == own


def test_prices_of_another_currency_are_forgotten_rather_than_compared() -> None:
    customer = new_id()
    filled(customer_cart(customer), A=1)
    shopping = guest("JPY", B=1)
    lines = merge_carts(MergeCarts(guest_cart_id=shopping.id, customer_id=customer)).cart.lines
    assert {line.sku: line.unit_price_minor_when_added for line in lines} == {"A": 1000, "B": 0}


def test_a_line_that_does_not_fit_a_full_basket_is_left_out_and_said() -> None:
    own = {f"SKU-{n}": 1 for n in range(MAXIMUM_LINES)}
    quantities, notes = merged(own, {"SKU-0": 1, "NEW": 2}, None)
    assert quantities == own | {"SKU-0": 2}
    assert notes == (MergeNote(sku="NEW", wanted=2, kept=0, reason="cart-full"),)


def test_lines_the_guest_did_not_touch_stay_even_when_they_sold_out() -> None:
    assert merged({"A": 5}, {"B": 1}, {"A": 0, "B": 1}) == ({"A": 5, "B": 1}, ())
