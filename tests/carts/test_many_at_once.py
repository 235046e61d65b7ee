"""Two tabs, a double click, two devices signing in: a basket is never doubled and never lost."""

from collections.abc import Iterator

import pytest
from django.db import connections

from modules.carts.commands import add_line, close_cart, create_cart, customer_cart, merge_carts
from modules.carts.contracts import AddLine, Cart, CloseCart, CreateCart, MergeCarts
from modules.carts.models import Cart as CartRow
from modules.carts.selectors import cart, open_cart_of
from modules.kernel.identity import new_id
from tests.support.racing import at_once, outcomes
from tests.support.store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    yield
    empty_store()
    connections.close_all()


def guest(quantity: int = 1) -> Cart:
    basket = create_cart(CreateCart(currency="EUR", country="FR"))
    return add(basket, quantity)


def add(basket: Cart, quantity: int = 1) -> Cart:
    return add_line(AddLine(cart_id=basket.id, sku="A", quantity=quantity, unit_price_minor=1000))


def test_a_basket_submitted_many_times_at_once_becomes_one_order() -> None:
    basket = guest()
    orders = [new_id() for _ in range(8)]
    closings = [
        CloseCart(cart_id=basket.id, order_id=order, expected_version=basket.version)
        for order in orders
    ]
    answers = at_once([lambda each=each: close_cart(each) for each in closings])  # type: ignore[misc]
    assert outcomes(answers) == {"NoneType": 1, "CartClosed": 7}
    assert cart(basket.id).order_id == orders[answers.index(None)]


def test_units_added_in_two_tabs_are_all_there() -> None:
    basket = create_cart(CreateCart(currency="EUR", country="FR"))
    assert outcomes(at_once([lambda: add(basket)] * 8)) == {"Cart": 8}
    assert [line.quantity for line in cart(basket.id).lines] == [8]


def test_a_customer_who_arrives_on_many_devices_at_once_gets_one_basket() -> None:
    customer = new_id()
    answers = at_once([lambda: customer_cart(customer)] * 8)
    assert len({answer.id for answer in answers if isinstance(answer, Cart)}) == 1
    assert outcomes(answers) == {"Cart": 8}


def test_a_guests_basket_merged_by_many_requests_at_once_is_counted_once() -> None:
    customer, basket = new_id(), guest(3)
    message = MergeCarts(guest_cart_id=basket.id, customer_id=customer)
    assert outcomes(at_once([lambda: merge_carts(message)] * 6)) == {"MergeResult": 6}
    own = open_cart_of(customer)
    assert own is not None
    assert [line.quantity for line in own.lines] == [3]
    assert CartRow.objects.count() == 2
