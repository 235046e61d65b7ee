"""The pages of the books in a real Chromium: no barrier that axe finds, no sideways scroll."""

from random import Random

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from events import follower
from modules.ledger.commands import reconcile
from modules.ledger.models import CaseRow
from tests.frontend.shell.test_in_a_browser import SIZES, chromium, watched
from tests.frontend.staff.people import signed_in
from tests.ledger.simulator import Simulator
from tests.support.browsing import barriers, patient_page
from tests.support.trade import open_shop, paid, ship

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("committed"),
    pytest.mark.django_db(transaction=True),
]


def addresses() -> list[str]:
    """Pages with something on each of them."""
    open_shop()
    ship(placed := paid())
    Simulator(Random(1)).invent(7_777)
    reconcile("testbank")
    follower.catch_up()
    case = CaseRow.objects.get()
    return [
        "/ledger/",
        "/ledger/accounts/tax:FR-standard:20/EUR/",
        f"/ledger/orders/{placed.order_id}/",
        "/ledger/cases/",
        f"/ledger/cases/{case.id}/",
        "/ledger/discrepancies/?since=2026-01-01",
        "/ledger/what-if/?rates=FR-standard%3D10",
    ]


def test_no_page_of_the_books_has_a_barrier(live_server: LiveServer) -> None:
    paths = addresses()
    cookie = session(signed_in("staff"))
    problems: dict[str, list[str]] = {}
    with chromium() as browser:
        for width, height in SIZES.values():
            page = patient_page(browser, viewport={"width": width, "height": height})
            page.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
            complaints = watched(page)
            for path in paths:
                page.goto(f"{live_server.url}{path}")
                found = barriers(page) + complaints
                complaints.clear()
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append("scrolls sideways")
                if found:
                    problems[f"{path} at {width}"] = found
    assert problems == {}


def session(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value
