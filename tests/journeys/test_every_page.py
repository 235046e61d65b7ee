"""Every page: no barrier that axe finds, nothing against the policy, no sideways scroll."""

import pytest
from playwright.sync_api import BrowserContext

from config.demo_accounts import AUDITOR, SHOPPER, STAFF, DemoAccount
from tests.journeys.conftest import Shopper
from tests.journeys.products import IN_STOCK, SOLD_OUT
from tests.support.browsing import barriers

PUBLIC = (
    "/",
    "/products/",
    "/categories/prints/",
    "/search/?q=poster",
    "/search/?q=zzzzqqqq",
    f"/products/{IN_STOCK}/",
    f"/products/{SOLD_OUT}",
    "/cart/",
    "/find-order/",
    "/delivery/",
    "/returns/",
    "/contact/",
    "/terms/",
    "/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no-such-page/",
    "/problems/",
)
SIGNED_IN: tuple[tuple[DemoAccount, tuple[str, ...]], ...] = (
    (SHOPPER, ("/account/", "/account/orders/", "/account/addresses/", "/account/addresses/new/")),
    (
        STAFF,
        (
            "/staff/",
            "/staff/orders/",
            "/staff/stock/",
            "/staff/stock/?only=out",
            "/staff/effects/",
            "/staff/effects/?state=later",
            "/staff/timers/",
            "/staff/mails/",
            "/staff/webhooks/",
        ),
    ),
    (
        AUDITOR,
        (
            "/auditor/",
            "/auditor/log/",
            "/auditor/verify/",
            "/auditor/checkpoints/",
            "/auditor/export/",
            "/auditor/projections/",
            "/auditor/runs/ask/rebuild/",
        ),
    ),
)


def scrolls_sideways(shopper: Shopper) -> bool:
    wider: bool = shopper.page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wider


def problems(shopper: Shopper, paths: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        shopper.page.set_viewport_size({"width": 1280, "height": 900})
        shopper.go(path)
        here = barriers(shopper.page)
        shopper.page.set_viewport_size({"width": 320, "height": 700})
        if scrolls_sideways(shopper):
            here.append("scrolls sideways at 320 px")
        if here:
            found[path] = here
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_public_pages_hold_no_barrier(shopper: Shopper, theme: str) -> None:
    shopper.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    assert problems(shopper, PUBLIC) == {}


@pytest.mark.parametrize(("account", "paths"), SIGNED_IN, ids=["shopper", "staff", "auditor"])
def test_pages_behind_a_sign_in_hold_no_barrier(
    shopper: Shopper, window: BrowserContext, account: DemoAccount, paths: tuple[str, ...]
) -> None:
    shopper.sign_in(account)
    assert problems(shopper, paths) == {}


def test_the_way_to_an_order_holds_no_barrier(shopper: Shopper) -> None:
    shopper.add_to_basket(IN_STOCK)
    assert problems(shopper, ("/cart/", "/checkout/")) == {}
    shopper.go("/checkout/")
    shopper.page.get_by_role("button", name="Pay").last.click()
    shopper.page.locator("[data-error-summary]").wait_for()
    assert barriers(shopper.page) == []
    shopper.fill_in_the_checkout()
    shopper.page.locator("input[name=payment][value=testbank]").check()
    shopper.page.get_by_role("button", name="Pay").last.click()
    shopper.page.wait_for_url("**/bank/**")
    assert barriers(shopper.page) == []
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    assert barriers(shopper.page) == []
