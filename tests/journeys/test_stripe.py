"""Paying at Stripe's page in a real browser: no script and no policy of ours stands in the way."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Shopper, watch
from tests.journeys.products import IN_STOCK
from tests.support.browsing import WAIT_MILLISECONDS
from tests.support.shop import Shop
from tests.support.stripe_process import KEY, StandIn, stand_in


@pytest.fixture(scope="module")
def bank() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture(scope="module")
def shop_with_stripe(bank: StandIn) -> Iterator[Shop]:
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-stripe-"))
    running = Shop(
        folder / "data",
        LOAD_DEMO="yes",
        STRIPE_SECRET_KEY=KEY,
        STRIPE_WEBHOOK_SECRETS="whsec_journey",
        STRIPE_API_BASE=bank.base,
    ).start()
    try:
        running.wait_for("Ready after")
        address = f"http://127.0.0.1:{running.port}/api/payments/notifications/stripe"
        bank.write_to(address, "whsec_journey")
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def buyer(
    request: pytest.FixtureRequest, chromium: Browser, shop_with_stripe: Shop
) -> Iterator[Shopper]:
    context = chromium.new_context(java_script_enabled=request.param)
    context.set_default_timeout(WAIT_MILLISECONDS)
    somebody = Shopper(page=context.new_page(), base=f"http://127.0.0.1:{shop_with_stripe.port}")
    watch(somebody.page, somebody.complaints)
    yield somebody
    context.close()
    assert not somebody.complaints, "\n".join(somebody.complaints)


def test_the_shopper_pays_at_stripe_and_comes_back_to_a_paid_order(buyer: Shopper) -> None:
    buyer.go(f"/products/{IN_STOCK}/")
    buyer.press("Add to basket")
    # By script into the drawer, without one on the basket's own page; either way it is there.
    buyer.page.get_by_role("link", name="Check out").locator("visible=true").first.click()
    buyer.page.wait_for_url("**/checkout/")
    buyer.fill_in_the_checkout()
    buyer.page.locator("input[name=payment][value=stripe]").check()
    buyer.page.get_by_role("button", name="Pay").last.click()
    buyer.page.wait_for_url("**/pay/cs_test_*")
    buyer.page.get_by_role("button", name="second factor").click()
    buyer.press("Confirm")
    buyer.page.wait_for_url("**/orders/**")
    buyer.sees("Thank you, it is being prepared")
