"""How often each request of a purchase asks PostgreSQL; BEGIN, COMMIT and NOTIFY count."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.kernel.identity import new_id
from tests.bench.counting import answered, play
from tests.bench.load import Script
from tests.bench.scripts import purchase, purchase_by_pages
from tests.support.moments import between_turns
from tests.support.trade import CARD, PRINT, forget_everything, open_shop

pytestmark = pytest.mark.django_db(transaction=True)

# What names a basket or an order in an address.
IDS = re.compile(r"[0-9a-f-]{36}|[\w-]{22}:[\w:-]+")

# They may only fall.
PINNED = {
    "API": [
        ("POST /api/carts", 1),
        ("POST /api/carts/ID/lines", 3),
        ("POST /api/carts/ID/lines", 3),
        ("PATCH /api/carts/ID", 2),
        ("GET /api/carts/ID/review", 6),
        ("POST /api/orders", 18),
        ("POST /api/orders/ID/payments", 15),
    ],
    "pages": [
        ("GET /products/moon/", 6),
        ("POST /cart/add/", 11),
        ("GET /products/moon/", 6),
        ("POST /cart/add/", 12),
        ("GET /checkout/", 8),
        ("POST /checkout/", 39),
        ("GET /orders/ID/", 12),
    ],
}


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> Iterator[None]:
    forget_everything()
    with between_turns():
        open_shop(units=100)
        yield
    forget_everything()


def script(way: str) -> Script:
    if way == "pages":
        return purchase_by_pages({PRINT: "moon", CARD: "moon"})
    return purchase((PRINT, CARD), "invoice", new_id())


@pytest.mark.parametrize("way", PINNED)
def test_a_request_of_a_purchase_asks_no_more_than_it_did(way: str) -> None:
    client = Client(enforce_csrf_checks=True)
    play(client, script(way))
    counted, playing = [], script(way)
    request = next(playing)
    while True:
        with CaptureQueriesContext(connection) as asked:
            answer = answered(client, request)
        counted.append((f"{request.method} {IDS.sub('ID', request.path)}", len(asked)))
        try:
            request = playing.send(answer)
        except StopIteration:
            break
    assert counted == PINNED[way]
