"""A change by who has just read the basket reads it no more, unless somebody changed it between."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.context import acting
from modules.carts.commands import (
    add_line,
    close_cart,
    create_cart,
    customer_cart,
    put_line,
    set_delivery,
)
from modules.carts.contracts import (
    MAXIMUM_LINES,
    AddLine,
    Cart,
    CartClosed,
    CartFull,
    CloseCart,
    CreateCart,
    SetDelivery,
)
from modules.carts.selectors import cart
from modules.kernel.address import Address
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db

PARIS = Address(name="Ada", line1="1 rue de Rivoli", city="Paris", postcode="75001", country="FR")


def guest() -> Cart:
    return create_cart(CreateCart(currency="EUR", country="DE"))


def line(basket: Cart, sku: str = "A") -> AddLine:
    return AddLine(cart_id=basket.id, sku=sku, quantity=2, unit_price_minor=1000)


def delivery(basket: Cart) -> SetDelivery:
    return SetDelivery(cart_id=basket.id, email="ada@example.org", delivery_address=PARIS)


def touching(work: Callable[[], object]) -> int:
    """Returns how many statements touch baskets."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return len([query for query in queries if "carts_" in query["sql"]])


def test_a_new_basket_is_answered_as_it_was_written() -> None:
    made: list[Cart] = []
    assert touching(lambda: made.append(guest())) == 1
    assert cart(made[0].id) == made[0]
    own = customer_cart(new_id())
    assert cart(own.id) == own


def test_a_basket_made_under_a_command_id_is_found_again_with_what_is_in_it_now() -> None:
    with acting(command_id=new_id()):
        first = guest()
        with acting(command_id=None):
            filled = add_line(line(first))
        assert guest() == filled


def test_a_line_for_a_basket_that_was_just_read_takes_one_statement() -> None:
    basket = add_line(line(guest()))
    assert touching(lambda: put_line(line(basket), read=basket)) == 1
    [kept] = cart(basket.id).lines
    assert (kept.quantity, cart(basket.id).version) == (4, basket.version + 1)


def test_a_line_for_a_basket_that_changed_since_it_was_read_loses_nothing() -> None:
    outdated = guest()
    add_line(line(outdated))
    added = put_line(line(outdated), read=outdated)
    assert (added.quantity, added.version) == (4, outdated.version + 2)


def test_a_full_basket_that_was_just_read_takes_no_other_article() -> None:
    basket = guest()
    for number in range(MAXIMUM_LINES):
        basket = add_line(line(basket, f"A{number}"))
    with pytest.raises(CartFull):
        put_line(line(basket, "B"), read=basket)
    put_line(line(basket, "A0"), read=cart(basket.id))


def test_delivery_for_a_basket_that_was_just_read_is_answered_as_it_was_written() -> None:
    basket = add_line(line(guest()))
    answers: list[Cart] = []
    work = lambda: answers.append(set_delivery(delivery(basket), read=basket))  # noqa: E731
    assert touching(work) == 1
    assert answers == [cart(basket.id)]
    assert (answers[0].country, answers[0].delivery_address) == ("FR", PARIS)


def test_delivery_for_a_basket_that_changed_since_it_was_read_is_answered_with_the_change() -> None:
    outdated = guest()
    add_line(line(outdated))
    answer = set_delivery(delivery(outdated), read=outdated)
    assert answer == cart(outdated.id)
    assert [each.quantity for each in answer.lines] == [2]


def test_delivery_repeated_under_its_command_id_is_answered_as_of_then_or_as_of_now() -> None:
    basket = guest()
    with acting(command_id=new_id()):
        first = set_delivery(delivery(basket), read=basket)
        with acting(command_id=None):
            filled = add_line(line(basket))
        # Read before the first request had ended, or after it.
        assert set_delivery(delivery(basket), read=basket).version == first.version
        assert set_delivery(delivery(basket), read=filled) == filled
        assert set_delivery(delivery(basket)) == filled


def test_a_closed_basket_that_was_just_read_cannot_change() -> None:
    basket = guest()
    message = CloseCart(cart_id=basket.id, order_id=new_id(), expected_version=basket.version)
    close_cart(message)
    for read in (basket, cart(basket.id)):
        with pytest.raises(CartClosed):
            put_line(line(basket), read=read)
        with pytest.raises(CartClosed):
            set_delivery(delivery(basket), read=read)
