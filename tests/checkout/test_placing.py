"""A basket becomes an order with its payment opened, all or nothing."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.carts.commands import add_line, set_quantity
from modules.carts.contracts import AddLine, CartClosed, CartOutdated, SetQuantity
from modules.carts.selectors import cart as cart_of
from modules.checkout import gathering
from modules.checkout.commands import place_order
from modules.checkout.contracts import CartChanged, CartEmpty, CheckoutIncomplete
from modules.inventory.commands import receive_stocks
from modules.inventory.contracts import OutOfStock, ReceiveStock
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.orders.contracts import OrderStepRefused
from modules.orders.models import OrderRow
from modules.orders.selectors import order_by_token
from modules.pricing.commands import save_tax_rules, set_price
from modules.pricing.contracts import SetPrice, TaxRule
from modules.shipping.commands import save_zones
from modules.shipping.contracts import SaveRate, SaveZone
from tests.support.trade import (
    ADDRESS,
    DELIVERY,
    PRICES,
    PRINT,
    buy,
    checkout,
    fill_basket,
    order_of,
    payment_of,
    stock,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

# Two of them are the savepoint that stands for BEGIN and COMMIT inside a test.
STATEMENTS = 20


def test_placing_writes_order_payment_stock_and_cart_together() -> None:
    placed = buy(prints=2, cards=1)
    order, payment = order_of(placed), payment_of(placed)
    assert placed.outcome == "placed"
    assert placed.total_minor == order.total_minor == 2 * PRICES[PRINT] + 500 + DELIVERY
    assert (payment.amount_minor, payment.status) == (order.total_minor, "requested")
    assert (payment.id, payment.reference) == (placed.payment_id, placed.order_id)
    assert stock().reserved == 2
    assert cart_of(order.cart_id).order_id == order.id
    assert order_by_token(placed.token) == order.id


def test_the_order_keeps_the_whole_quote_with_its_derivations() -> None:
    quote = order_of(buy()).quote
    assert sum(line.total_minor for line in quote.lines) + quote.delivery_minor == quote.total_minor
    assert all(line.steps for line in quote.lines)


def test_pressing_twice_is_one_order() -> None:
    message = checkout(fill_basket())
    first, second = place_order(message), place_order(message)
    assert (second.outcome, second.order_id) == ("already-placed", first.order_id)
    assert (second.payment_id, second.number) == (first.payment_id, first.number)
    assert OrderRow.objects.count() == 1
    assert stock().reserved == 3


def test_pressing_twice_is_one_order_even_for_the_last_units_and_a_basket_read_before() -> None:
    read = fill_basket(prints=10)
    message = checkout(read)
    first = place_order(message, read=read)
    assert stock().free == 0
    second = place_order(message, read=read)
    assert (second.outcome, second.order_id) == ("already-placed", first.order_id)
    assert (OrderRow.objects.count(), stock().reserved) == (1, 10)


def test_pressing_twice_with_a_basket_read_before_is_one_order_when_stock_is_left() -> None:
    read = fill_basket(prints=1)
    message = checkout(read)
    first = place_order(message, read=read)
    second = place_order(message, read=read)
    # The link says when it was made, so that a later one reads differently and opens the same.
    assert replace(second, token=first.token) == replace(first, outcome="already-placed")
    assert order_by_token(second.token) == order_by_token(first.token) == first.order_id
    assert stock().reserved == 1


def test_a_basket_that_changed_since_it_was_read_is_not_ordered_as_it_was() -> None:
    read = fill_basket(prints=1)
    message = checkout(read)
    set_quantity(SetQuantity(cart_id=read.id, sku=PRINT, quantity=2))
    with pytest.raises(CartOutdated):
        place_order(message, read=read)
    assert (OrderRow.objects.count(), stock().reserved) == (0, 0)


def test_a_basket_is_ordered_once() -> None:
    message = checkout(fill_basket())
    place_order(message)
    with pytest.raises(CartClosed):
        place_order(replace(message, order_id=new_id()))


def test_somebody_elses_order_id_opens_nothing() -> None:
    message = checkout(fill_basket(prints=1))
    place_order(message)
    with pytest.raises(OrderStepRefused):
        place_order(checkout(fill_basket(prints=1), order_id=message.order_id))
    assert stock().reserved == 1


def test_scenario_56_a_basket_whose_payment_has_started_cannot_change() -> None:
    cart = fill_basket(prints=1)
    place_order(checkout(cart))
    with pytest.raises(CartClosed):
        add_line(AddLine(cart_id=cart.id, sku=PRINT, quantity=1, unit_price_minor=1))
    for quantity in (2, 0):
        with pytest.raises(CartClosed):
            set_quantity(SetQuantity(cart_id=cart.id, sku=PRINT, quantity=quantity))


def price_moves() -> None:
    set_price(SetPrice(sku=PRINT, price=Money(PRICES[PRINT] + 1, "EUR")))


def delivery_moves() -> None:
    rate = SaveRate(method_code="standard", charge=Money(590, "EUR"), days_min=2, days_max=4)
    save_zones((SaveZone(code="fr", name="France", countries=("FR",), rates=(rate,)),))


@pytest.mark.parametrize("move", [price_moves, delivery_moves])
def test_scenario_31_a_total_that_moved_places_no_order(move: object) -> None:
    message = checkout(fill_basket())
    move()  # type: ignore[operator]
    with pytest.raises(CartChanged) as refusal:
        place_order(message)
    assert refusal.value.fields["seen_minor"] == message.expected_total_minor
    assert refusal.value.fields["now_minor"] != message.expected_total_minor
    assert (OrderRow.objects.count(), stock().reserved) == (0, 0)


def test_scenario_32_a_total_that_was_never_shown_is_refused_whatever_it_is() -> None:
    message = checkout(fill_basket())
    for wrong in (0, -1, message.expected_total_minor - 1):
        with pytest.raises(CartChanged):
            place_order(replace(message, expected_total_minor=wrong))


def test_scenario_37_stock_that_went_meanwhile_is_named() -> None:
    message = checkout(fill_basket(prints=6))
    buy(prints=5)
    with pytest.raises(OutOfStock) as refusal:
        place_order(message)
    assert refusal.value.fields["sku"] == PRINT
    assert cart_of(message.cart_id).order_id is None


def test_what_has_sold_out_is_refused_before_promotions_and_taxes_are_reckoned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reckoned(*_: object) -> None:
        raise AssertionError("nobody needs the total of a basket that cannot be had")

    message = checkout(fill_basket(prints=6))
    buy(prints=5)
    monkeypatch.setattr(gathering, "settled", reckoned)
    with pytest.raises(OutOfStock):
        place_order(message)


def test_a_price_that_moved_with_the_taxes_is_the_same_total() -> None:
    message = checkout(fill_basket())
    rule = TaxRule(
        code="FR-standard",
        version=2,
        country="FR",
        tax_class="standard",
        rate_millionths=210_000,
        label="VAT 21 %",
    )
    before = order_of(buy()).quote.tax_minor
    save_tax_rules((rule,))
    placed = place_order(message)
    assert order_of(placed).quote.tax_minor > before


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"payment_method": "shells"}, "payment_method"),
        ({"method_code": "pigeon"}, "method_code"),
        ({"delivery_address": replace(ADDRESS, country="US")}, "delivery_address.country"),
        ({"delivery_address": replace(ADDRESS, postcode="1")}, "delivery_address.postcode"),
        ({"billing_address": replace(ADDRESS, postcode="1")}, "billing_address.postcode"),
    ],
)
def test_what_is_missing_is_named_by_field(changes: dict[str, object], missing: str) -> None:
    message = checkout(fill_basket())
    with pytest.raises(CheckoutIncomplete) as refusal:
        place_order(replace(message, **changes))  # type: ignore[arg-type]
    fields = refusal.value.fields["missing"]
    assert isinstance(fields, dict)
    assert missing in fields


def test_an_empty_basket_is_no_order() -> None:
    cart = fill_basket(prints=1)
    set_quantity(SetQuantity(cart_id=cart.id, sku=PRINT, quantity=0))
    with pytest.raises(CartEmpty):
        place_order(checkout(cart_of(cart.id)))


def test_placing_two_lines_takes_a_bounded_number_of_statements() -> None:
    receive_stocks([ReceiveStock(sku=sku, quantity=100) for sku in PRICES])
    message = checkout(fill_basket())
    with CaptureQueriesContext(connection) as captured:
        place_order(message)
    statements = [query["sql"] for query in captured.captured_queries]
    assert len(statements) <= STATEMENTS, "\n".join(statements)
