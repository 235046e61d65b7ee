"""What the mixed load plays can be played: its pages are there, its forms have their fields."""

from random import Random
from uuid import UUID

import pytest
from django.test import Client

from modules.catalog.commands import update_listings
from modules.catalog.contracts import UpdateListing
from modules.kernel.money import Money
from modules.orders.selectors import order_detail
from tests.bench.changing import Act, Approve, Watched, sign_in, waiting
from tests.bench.counting import answered
from tests.bench.load import Play, Script
from tests.bench.mixing import (
    AUDITOR_PAGES,
    STAFF_PAGES,
    Browse,
    FillBasket,
    Range,
    ReadPages,
    Search,
)
from tests.bench.scripts import Buy, BuyByPages, sent
from tests.frontend.staff.people import signed_in
from tests.support.trade import CARD, PRICES, PRINT, open_shop

RANGE = Range(("moon",), ("prints",), ("Moon", "Harbour"), {PRINT: "moon", CARD: "moon"})
PAGES = {"staff": STAFF_PAGES, "auditor": AUDITOR_PAGES}


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    open_shop(units=100)
    update_listings(
        [
            UpdateListing(sku=sku, price=Money(minor, "EUR"), availability="in-stock")
            for sku, minor in PRICES.items()
        ]
    )


def result_of(script: Script, client: Client) -> object:
    request = next(script)
    while True:
        try:
            request = script.send(answered(client, request))
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    "play",
    [
        Browse(RANGE),
        Search(RANGE),
        FillBasket(RANGE),
        Buy((PRINT, CARD), "invoice"),
        BuyByPages(RANGE.slugs),
    ],
    ids=lambda play: type(play).__name__,
)
def test_a_shopper_s_visit_meets_no_wrong_answer(play: Play) -> None:
    random = Random(1)
    for _ in range(4):
        result_of(play(random), Client())


@pytest.mark.parametrize("role", PAGES)
def test_every_page_that_staff_and_auditors_read_is_there(role: str) -> None:
    client = signed_in(role)
    assert {page: client.get(page).status_code for page in PAGES[role]} == dict.fromkeys(
        PAGES[role], 200
    )


def test_a_watched_order_is_paid_shipped_and_delivered() -> None:
    order = result_of(waiting((PRINT, CARD)), Client())
    assert isinstance(order, Watched)
    result_of(Approve(order)(Random(1)), Client())
    staff = {name: each.value for name, each in signed_in("staff").cookies.items()}
    for action in ("ship", "deliver"):
        result_of(Act(order, action, staff)(Random(1)), Client())
    assert order_detail(UUID(order.order_id)).status == "completed"
    # What a list leads to is read now and then; some of ten readers do.
    reader = ReadPages(staff, ("/staff/",), "/staff/orders/", "/staff/orders/")
    for seed in range(10):
        result_of(reader(Random(seed)), Client())


def test_somebody_who_signs_in_is_known_by_cookie() -> None:
    signed_in("staff")
    cookies = result_of(sign_in("staff@shop.test", "a-long-password"), Client())
    assert isinstance(cookies, dict)
    assert Client(headers=sent(cookies)).get("/staff/").status_code == 200
