"""A web process dies after the commit: the order stands, its mail goes out, a repeat is answered.

The shopper's program does not know what became of the order. It sends it again with the same key.
"""

import http.client
import json
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from events.database import fetch
from modules.inventory.selectors import stock_levels
from tests.api.conftest import ADDRESS, DELIVERY, PRICES, SMALL, Basket, Caller
from tests.api.conftest import seed as open_shop
from tests.faults.stage import Stage
from tests.support.mailbox import Mailbox
from tests.support.servers import free_port
from tests.support.trade import forget_everything
from tests.support.waiting import LIMIT_SECONDS, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]


def post_order(port: int, basket: Basket, order_id: str) -> tuple[int, Any]:
    """Orders the basket over a real connection; (0, None) if it broke."""
    body = {
        "order_id": order_id,
        "cart_id": basket.id,
        "expected_total_minor": PRICES[SMALL] + DELIVERY,
        "payment_method": "testbank",
        "method_code": "standard",
        "email": "ada@example.org",
        "delivery_address": ADDRESS,
    }
    headers = {
        "Content-Type": "application/json",
        "X-Cart-Token": basket.call.headers["X-Cart-Token"],
        "Idempotency-Key": order_id,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_SECONDS)
    with suppress(ConnectionError, http.client.HTTPException):
        connection.request("POST", "/api/orders", json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    return 0, None


def listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_SECONDS)
    with suppress(OSError):
        connection.connect()
        connection.close()
        return True
    return False


@pytest.fixture(autouse=True)
def _shop(stage: Stage) -> None:
    forget_everything()
    cache.clear()
    open_shop()


@pytest.mark.parametrize("moment", ["before the reply", "in on_commit"])
def test_27_28_an_order_whose_web_process_was_killed_after_the_commit_is_one_order(
    stage: Stage, mailbox: Mailbox, moment: str
) -> None:
    basket = Basket(Caller(Client()))
    basket.add(SMALL, 1)
    order_id = str(uuid4())
    port, second_port = free_port(), free_port()
    doomed = stage.web(port, dies=moment)
    wait_until(lambda: listens(port), "the web server")
    assert post_order(port, basket, order_id) == (0, None)
    wait_until(lambda: not doomed.is_running(), "the kill")

    stage.web(second_port)
    wait_until(lambda: listens(second_port), "the second web server")
    first, again = (post_order(second_port, basket, order_id) for _ in range(2))
    assert (first[0], first[1]["order_id"]) == (201, order_id)
    assert again == first

    stage.worker()
    stage.wait_for_mails()
    assert fetch("SELECT id FROM orders_order") == [(UUID(order_id),)]
    # No answer of before the order is kept: the stock that pages show knows of it.
    assert stock_levels([SMALL])[SMALL].reserved == 1
    number = first[1]["number"]
    assert len([subject for subject in mailbox.subjects() if number in subject]) == 1
