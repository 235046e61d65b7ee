"""An order paid with Stripe from outside: by pages, by the API, and however the news comes."""

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from events.relay import drain
from events.store import read_stream
from modules.checkout.commands import pay, place_order
from modules.kernel.identity import new_id
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import order_detail, orders
from modules.payments.commands import resolve_unknown
from modules.payments.selectors import payments_of
from tests.api.conftest import Basket, Caller, seed
from tests.frontend.storefront.shopping import Shopper, text
from tests.payments.stripe_letters import ADDRESS, SECRET, about, bring, post
from tests.support.racing import at_once
from tests.support.store import empty_store
from tests.support.stripe_process import StandIn
from tests.support.trade import (
    begin,
    buy,
    checkout,
    fill_basket,
    forget_everything,
    open_shop,
    payment_of,
    ship,
)
from tests.support.waiting import wait_until

CONFIRMED = ["orders.order.placed.v1", "orders.order.confirmed.v1"]


def topics(order_id: UUID) -> list[str]:
    return [row.topic for row in read_stream(order_id)]


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_the_pages_lead_to_stripe_and_back_to_a_paid_order(stripe: StandIn) -> None:
    shopper = Shopper(Client())
    shopper.add()
    answer = shopper.client.post("/checkout/", shopper.at_checkout() | {"payment": "stripe"})
    page = answer.headers["Location"]
    assert (answer.status_code, page.startswith(f"{stripe.base}/pay/")) == (303, True)
    back = urlsplit(stripe.pay(page).headers["Location"])
    assert back.path.startswith("/checkout/return/")
    own_page = shopper.client.get(shopper.client.get(back.path).headers["Location"])
    assert "Thank you, it is being prepared" in text(own_page)
    (order,) = orders(OrderFilter()).orders
    assert (order.status, payments_of(order.id)[-1].provider) == ("confirmed", "stripe")


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_who_comes_back_without_paying_may_pay_at_the_same_page(stripe: StandIn) -> None:
    placed = buy(method="stripe")
    first = begin(placed, method="stripe")
    assert resolve_unknown(first.payment_id).status == "pending"
    assert begin(placed, method="stripe").redirect_url == first.redirect_url


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_each_parcel_takes_its_value_from_stripe(stripe: StandIn) -> None:
    placed = buy(method="stripe")
    stripe.pay(begin(placed, method="stripe").redirect_url)
    resolve_unknown(placed.payment_id)
    ship(placed)
    bring(stripe, placed.payment_id)
    assert payment_of(placed).captured_minor == placed.total_minor


@pytest.mark.django_db(transaction=True)
def test_the_api_orders_and_stripe_itself_notifies(
    stripe: StandIn, live_server: LiveServer
) -> None:
    empty_store()
    seed()
    stripe.write_to(f"{live_server.url}{ADDRESS}", SECRET)
    basket = Basket(Caller(Client()))
    basket.add("TIDES-A3", 1)
    basket.deliver()
    placed = basket.order(2490 + 490, "stripe")
    stripe.pay(basket.pay(placed, "stripe")["redirect_url"])
    # localstripe posts one second after the fact, signed by itself.
    wait_until(lambda: topics(UUID(placed["order_id"])) == CONFIRMED, "Stripe's letter")
    stripe.write_to("http://127.0.0.1:9/", SECRET)
    empty_store()


@pytest.fixture
def open_for_many(transactional_db: None) -> Iterator[None]:
    forget_everything()
    open_shop()
    yield
    forget_everything()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("open_for_many")
def test_browser_and_notification_at_the_same_moment_make_one_order(stripe: StandIn) -> None:
    placed = buy(prints=1, method="stripe")
    step = begin(placed, method="stripe")
    stripe.pay(step.redirect_url)
    said = about(stripe, step.payment_id)
    browser: Callable[[], object] = partial(resolve_unknown, step.payment_id)
    actions = [browser] * 3 + [partial(post, each) for each in said] * 3
    came = at_once(actions)
    assert {each for each in came if isinstance(each, int)} == {204}
    assert not [each for each in came if isinstance(each, Exception)]
    drain()
    assert topics(placed.order_id) == CONFIRMED
    assert payment_of(placed).authorised_minor == placed.total_minor


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("open_for_many")
def test_fifty_same_key_submits_are_one_order_one_page_and_one_charge(stripe: StandIn) -> None:
    message = checkout(fill_basket(prints=1), method="stripe")
    attempt_id, before = new_id(), stripe.calls()

    def submit() -> object:
        place_order(message)
        return pay(
            order_id=message.order_id,
            provider="stripe",
            attempt_id=attempt_id,
            return_url="http://shop.test/back/",
        ).redirect_url

    (page,) = set(at_once([submit] * 50))
    stripe.pay(str(page))
    payment_id = payments_of(message.order_id)[-1].id
    at_once([partial(resolve_unknown, payment_id)] * 10)
    assert stripe.calls()["sessions"] - before.get("sessions", 0) == 1
    assert len(about(stripe, payment_id, "payment_intent.amount_capturable_updated")) == 1
    assert order_detail(message.order_id).status == "confirmed"
