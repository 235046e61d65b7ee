"""Checkout from outside: what changed is explained, nothing typed is lost, twice is one order."""

from uuid import uuid4

from modules.kernel.money import Money
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import orders
from modules.pricing.commands import set_prices
from modules.pricing.contracts import SetPrice
from tests.frontend.storefront.shopping import HTMX, Shopper, field, text
from tests.support.trade import PRINT


def test_an_order_on_invoice_ends_on_its_own_page(shopper: Shopper) -> None:
    shopper.add()
    page = shopper.client.get(shopper.order())
    assert page.status_code == 200
    assert "Thank you" in text(page)
    assert "Lea Martin" in text(page)


def test_missing_data_is_asked_for_and_what_was_typed_is_kept(shopper: Shopper) -> None:
    shopper.add()
    sent = shopper.at_checkout() | {"email": "not-an-address", "delivery_postcode": ""}
    answer = shopper.client.post("/checkout/", sent)
    assert answer.status_code == 422
    assert "Enter a postcode" in text(answer)
    assert "correct format, like name@example.com" in text(answer)
    assert field(answer, "order_id") == sent["order_id"]
    assert 'value="not-an-address"' in answer.content.decode()
    assert 'value="1 rue des Lilas"' in answer.content.decode()


def test_a_price_that_changed_meanwhile_is_told_with_the_new_total(shopper: Shopper) -> None:
    shopper.add()
    sent = shopper.at_checkout()
    set_prices([SetPrice(sku=PRINT, price=Money(4_000, "EUR"))])
    answer = shopper.client.post("/checkout/", sent)
    assert answer.status_code == 409
    assert "Something has changed" in text(answer)
    assert "Pay €44.90" in text(answer)
    assert orders(OrderFilter()).orders == ()
    again = shopper.client.post("/checkout/", sent | {"total": field(answer, "total")})
    assert again.status_code == 303
    assert [order.total_minor for order in orders(OrderFilter()).orders] == [4_490]


def test_what_sold_out_meanwhile_is_told_and_nothing_is_ordered(shopper: Shopper) -> None:
    shopper.add(quantity=4)
    sent = shopper.at_checkout()
    other = Shopper(shopper.client.__class__())
    other.add(quantity=8)
    other.order()
    answer = shopper.client.post("/checkout/", sent)
    assert answer.status_code == 409
    assert "Something has changed" in text(answer)
    assert "2" in text(answer)
    assert "Moon" in text(answer)
    assert len(orders(OrderFilter()).orders) == 1


def test_a_form_that_is_sent_twice_is_one_order_and_leads_to_it(shopper: Shopper) -> None:
    shopper.add()
    sent = shopper.at_checkout()
    first = shopper.client.post("/checkout/", sent)
    second = shopper.client.post("/checkout/", sent)
    assert len(orders(OrderFilter()).orders) == 1
    assert second.status_code == 303
    assert second.headers["Location"].split(":")[0] == first.headers["Location"].split(":")[0]


def test_an_empty_basket_leads_back_to_its_page(shopper: Shopper) -> None:
    for answer in (shopper.client.get("/checkout/"), shopper.client.post("/checkout/", {})):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/cart/")


def test_a_form_of_an_order_that_never_was_is_answered_by_a_fresh_one(shopper: Shopper) -> None:
    shopper.add()
    sent = shopper.at_checkout() | {"order_id": "no-id", "total": "many"}
    answer = shopper.client.post("/checkout/", sent)
    assert answer.status_code == 409
    assert field(answer, "order_id") != "no-id"


def test_a_way_of_delivery_that_does_not_exist_is_refused_in_words(shopper: Shopper) -> None:
    shopper.add()
    answer = shopper.client.post("/checkout/", shopper.at_checkout() | {"method": "by-swan"})
    assert answer.status_code in (409, 422)
    assert orders(OrderFilter()).orders == ()


def test_htmx_gets_the_form_alone(shopper: Shopper) -> None:
    shopper.add()
    sent = shopper.at_checkout() | {"update": "yes", "order_id": str(uuid4())}
    answer = shopper.client.post("/checkout/", sent, headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<form class="checkout"')
