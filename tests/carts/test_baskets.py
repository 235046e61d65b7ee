"""Baskets: made once, changed line by line, closed by one order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.context import acting
from modules.carts.commands import (
    add_line,
    close_cart,
    create_cart,
    customer_cart,
    remove_abandoned_carts,
    set_delivery,
    set_quantity,
)
from modules.carts.contracts import (
    MAXIMUM_LINES,
    AddLine,
    Cart,
    CartClosed,
    CartFull,
    CartNotFound,
    CartOutdated,
    CloseCart,
    CreateCart,
    LineNotFound,
    QuantityRefused,
    SetDelivery,
    SetQuantity,
)
from modules.carts.selectors import cart, cart_by_token, open_cart_of
from modules.kernel import clock
from modules.kernel.address import Address
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db

PARIS = Address(
    name="Ada Lovelace", line1="1 rue de Rivoli", city="Paris", postcode="75001", country="FR"
)


def guest() -> Cart:
    return create_cart(CreateCart(currency="EUR", country="FR"))


def add(basket: Cart, sku: str = "A", quantity: int = 1, price: int = 1000) -> Cart:
    return add_line(AddLine(cart_id=basket.id, sku=sku, quantity=quantity, unit_price_minor=price))


def held(basket: Cart) -> dict[str, int]:
    return {line.sku: line.quantity for line in basket.lines}


def test_a_guests_basket_opens_with_its_token_alone() -> None:
    basket = guest()
    assert len(basket.token) >= 43
    assert cart_by_token(basket.token) == cart(basket.id) == basket
    for wrong in ("", basket.token[:-1], basket.token.swapcase(), str(basket.id)):
        with pytest.raises(CartNotFound):
            cart_by_token(wrong)


def test_a_customer_has_one_open_basket() -> None:
    customer = new_id()
    assert open_cart_of(customer) is None
    first = customer_cart(customer)
    again = create_cart(CreateCart(currency="GBP", country="GB", customer_id=customer))
    assert (again.id, open_cart_of(customer)) == (first.id, first)


def test_making_a_basket_twice_with_one_id_makes_one() -> None:
    wanted = new_id()
    first, second = (
        create_cart(CreateCart(currency="EUR", country="FR", cart_id=wanted)) for _ in range(2)
    )
    assert first == second


def test_a_basket_of_a_customer_is_not_given_to_somebody_who_knows_its_id() -> None:
    owned = customer_cart(new_id())
    with pytest.raises(CartNotFound):
        create_cart(CreateCart(currency="EUR", country="FR", cart_id=owned.id))


def test_a_sku_added_again_grows_its_line_and_takes_the_new_price() -> None:
    basket = guest()
    add(basket, "A", 2, price=1000)
    basket = add(add(basket, "B"), "A", 3, price=1100)
    assert held(basket) == {"A": 5, "B": 1}
    assert basket.lines[0].unit_price_minor_when_added == 1100
    assert (basket.quantity, basket.version) == (6, 4)


def test_a_quantity_is_set_and_zero_removes_the_line() -> None:
    basket = add(add(guest(), "A", 2), "B")
    assert held(set_quantity(SetQuantity(cart_id=basket.id, sku="A", quantity=7))) == {
        "A": 7,
        "B": 1,
    }
    for _ in range(2):
        basket = set_quantity(SetQuantity(cart_id=basket.id, sku="A", quantity=0))
        assert held(basket) == {"B": 1}
    with pytest.raises(LineNotFound):
        set_quantity(SetQuantity(cart_id=basket.id, sku="A", quantity=1))


@pytest.mark.parametrize("quantity", [0, -1, 1000, 1.5, 10**9, float("nan"), True])
def test_only_sensible_whole_quantities_go_into_a_basket(quantity: int) -> None:
    basket = guest()
    with pytest.raises(QuantityRefused):
        add(basket, quantity=quantity)
    assert cart(basket.id) == basket


def test_a_line_never_grows_beyond_what_one_line_may_hold() -> None:
    basket = add(guest(), "A", 998)
    with pytest.raises(QuantityRefused):
        add(basket, "A", 2)
    assert held(add(basket, "A", 1)) == {"A": 999}


def test_a_full_basket_takes_no_further_sku_but_more_of_those_it_has() -> None:
    basket = guest()
    for n in range(MAXIMUM_LINES):
        add(basket, f"SKU-{n}")
    with pytest.raises(CartFull):
        add(basket, "ONE-MORE")
    assert add(basket, "SKU-0").quantity == MAXIMUM_LINES + 1


def test_delivery_is_noted_bit_by_bit_and_the_address_brings_its_country() -> None:
    basket = create_cart(CreateCart(currency="EUR", country="DE"))
    set_delivery(SetDelivery(cart_id=basket.id, email="ada@example.org"))
    basket = set_delivery(
        SetDelivery(cart_id=basket.id, delivery_address=PARIS, method_code="standard")
    )
    assert (basket.email, basket.method_code) == ("ada@example.org", "standard")
    assert (basket.delivery_address, basket.country) == (PARIS, "FR")
    assert basket.billing_address is None


def test_a_basket_becomes_one_order_however_often_it_is_submitted() -> None:
    basket, order = add(guest()), new_id()
    closing = CloseCart(cart_id=basket.id, order_id=order, expected_version=basket.version)
    close_cart(closing)
    close_cart(closing)
    assert cart(basket.id).order_id == order
    with pytest.raises(CartClosed) as refusal:
        close_cart(CloseCart(cart_id=basket.id, order_id=new_id(), expected_version=basket.version))
    assert refusal.value.fields["order_id"] == order


def test_a_basket_that_changed_since_it_was_read_is_not_closed() -> None:
    basket = add(guest())
    add(basket, "B")
    with pytest.raises(CartOutdated):
        close_cart(CloseCart(cart_id=basket.id, order_id=new_id(), expected_version=basket.version))
    assert cart(basket.id).order_id is None


def test_a_basket_that_has_become_an_order_cannot_change() -> None:
    basket = add(guest())
    close_cart(CloseCart(cart_id=basket.id, order_id=new_id(), expected_version=basket.version))
    with pytest.raises(CartClosed):
        add(basket)
    with pytest.raises(CartClosed):
        set_quantity(SetQuantity(cart_id=basket.id, sku="A", quantity=0))
    with pytest.raises(CartClosed):
        set_delivery(SetDelivery(cart_id=basket.id, method_code="express"))
    with pytest.raises(CartNotFound):
        cart_by_token(basket.token)


def test_a_basket_nobody_made_cannot_be_changed_or_closed() -> None:
    with pytest.raises(CartNotFound):
        add_line(AddLine(cart_id=new_id(), sku="A", quantity=1, unit_price_minor=1))
    with pytest.raises(CartNotFound):
        close_cart(CloseCart(cart_id=new_id(), order_id=new_id(), expected_version=1))


def test_a_repeated_request_with_its_id_adds_once() -> None:
    basket = guest()
    with acting(command_id=new_id()):
        add(basket)
        assert held(add(basket)) == {"A": 1}


def test_nothing_personal_is_kept_with_a_commands_answer() -> None:
    basket = guest()
    set_delivery(SetDelivery(cart_id=basket.id, email="ada@example.org", delivery_address=PARIS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(result::text, ' ') FROM es.command")
        answers = cursor.fetchone()[0]
    assert "ada@" not in answers
    assert "Rivoli" not in answers
    assert basket.token not in answers


def test_abandoned_baskets_of_guests_are_deleted_and_customers_keep_theirs() -> None:
    forgotten, kept = add(guest()), add(customer_cart(new_id()))
    assert remove_abandoned_carts(forgotten.updated_at) == 0
    assert remove_abandoned_carts(clock.now()) == 1
    with pytest.raises(CartNotFound):
        cart(forgotten.id)
    assert cart(kept.id) == kept


def test_adding_to_a_basket_takes_few_statements() -> None:
    basket = add(guest())
    with CaptureQueriesContext(connection) as queries:
        add(basket)
    assert len([query for query in queries if "carts_" in query["sql"]]) == 4
