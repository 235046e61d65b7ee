"""Cards are not tried here by the thousand: tries are limited before a provider is called."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from modules.kernel.clock import now
from modules.payments.commands import try_to_pay
from modules.payments.selectors import payments_of, tallies_of
from tests.api.conftest import Caller
from tests.frontend.storefront.shopping import Shopper
from tests.support.moments import between_turns
from tests.support.racing import at_once
from tests.support.trade import buy

pytestmark = pytest.mark.django_db

HOURS = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _within_an_hour() -> Iterator[None]:
    with between_turns():
        yield


def tried(number: int, *, address: str = "192.0.2.1", session: str = "") -> bool:
    """Whether this try may go on to the provider; each is of another order."""
    return not try_to_pay("testbank", order=UUID(int=number), session=session, address=address)


def test_check_18_of_a_storm_of_tries_from_one_place_twenty_reach_the_provider() -> None:
    reached = [tried(number, session=str(number)) for number in range(800)]
    assert (sum(reached), reached[:20]) == (20, [True] * 20)
    assert tallies_of(HOURS) == {"held-back:address": 780, "tries:shop": 20}


def test_one_browser_is_known_wherever_it_seems_to_be() -> None:
    reached = [tried(n, session="one", address=f"192.0.2.{n}") for n in range(100)]
    assert sum(reached) == 15


def test_one_order_is_tried_ten_times_whoever_tries() -> None:
    places = [f"192.0.2.{number}" for number in range(40)]
    assert sum(tried(1, session=place, address=place) for place in places) == 10


def test_the_whole_shop_has_a_limit_that_one_place_cannot_use_up(settings: Settings) -> None:
    settings.PAYMENT_TRIES = settings.PAYMENT_TRIES | {"shop": 30}
    for number in range(100):
        tried(number)
    others = [tried(1000 + n, session=str(n), address=f"198.51.100.{n}") for n in range(20)]
    assert sum(others) == 10


def test_after_the_hour_tries_are_counted_anew() -> None:
    while tried(1):
        pass
    wait_seconds = try_to_pay("testbank", order=UUID(int=1), session="", address="")
    assert 0 < wait_seconds <= 3601
    with time_machine.travel(now() + timedelta(seconds=wait_seconds)):
        assert tried(1)


def test_what_is_paid_without_a_provider_outside_is_not_counted() -> None:
    assert not any(
        try_to_pay("invoice", order=uuid4(), session="one", address="one") for _ in range(50)
    )


@pytest.mark.usefixtures("shop")
def test_the_page_answers_429_and_the_order_stands(settings: Settings) -> None:
    settings.PAYMENT_TRIES = settings.PAYMENT_TRIES | {"address": 1}
    placed = buy()
    shopper = Shopper(Client())
    address = f"/orders/{placed.token}/pay/"
    assert shopper.client.post(address, {"payment": "testbank"}).status_code == 303
    held_back = shopper.client.post(address, {"payment": "testbank"})
    assert (held_back.status_code, 0 < int(held_back.headers["Retry-After"]) <= 3601) == (429, True)
    assert payments_of(placed.order_id)[-1].status == "pending"


@pytest.mark.usefixtures("shop")
def test_the_api_answers_429_whatever_is_written_into_the_forwarded_header(
    settings: Settings,
) -> None:
    settings.PAYMENT_TRIES = settings.PAYMENT_TRIES | {"address": 1}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    placed = buy()
    guest = Caller(Client(), Authorization=f"Bearer {placed.token}")
    body = {"provider": "testbank", "return_url": "https://shop.test/thanks"}
    answers = [
        guest(
            "POST",
            f"/api/orders/{placed.order_id}/payments",
            body,
            **{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.7"},
        ).status
        for number in range(3)
    ]
    assert answers == [200, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_counted_one_by_one() -> None:
    reached = at_once([partial(tried, number) for number in range(40)])
    assert reached.count(True) == 20
