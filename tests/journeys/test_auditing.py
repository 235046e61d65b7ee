"""The auditor's workbench in a browser: the worker's progress comes by itself, or by reloading."""

import re
from zipfile import ZipFile

from playwright.sync_api import expect

from config.demo_accounts import AUDITOR
from tests.journeys.conftest import Shopper
from tests.journeys.products import IN_STOCK
from tests.support.browsing import barriers
from tests.support.waiting import wait_until

# Each look is a whole page, so this many take longer than a rebuild of a small shop.
LOOKS = 200

# Each look is a whole page, so this many take longer than a rebuild of a small shop.
LOOKS = 200


def ordered(shopper: Shopper) -> str:
    shopper.order(IN_STOCK)
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    return shopper.order_number()


def test_work_that_was_asked_for_shows_its_outcome_by_itself(
    shopper: Shopper, colleague: Shopper
) -> None:
    number = ordered(colleague)
    shopper.sign_in(AUDITOR)
    shopper.go("/auditor/verify/")
    shopper.press("Verify everything")
    shopper.page.wait_for_url(re.compile(r"/auditor/runs/[0-9a-f-]+/$"))
    shopper.sees("Whole.")
    assert barriers(shopper.page) == []

    shopper.go("/auditor/projections/")
    shopper.page.get_by_role("link", name="Check for drift now").click()
    shopper.press("Check for drift")
    shopper.sees("No drift.")

    shopper.go("/auditor/export/")
    shopper.press("Make a bundle")
    with shopper.page.expect_download() as download:
        shopper.page.get_by_role("link", name="Download the bundle").click()
    assert "manifest.json" in ZipFile(download.value.path()).namelist()

    shopper.go(f"/auditor/compare/?stream={number}")
    before = shopper.page.locator("#left")
    before.focus()
    before.press("End")
    expect(shopper.page.locator("#differences h2").first).to_contain_text("Nothing differs")
    expect(shopper.page).to_have_url(re.compile(r"[?&]left=\d+&right="))
    assert barriers(shopper.page) == []
    shopper.page.get_by_role("link", name="Stored against fresh").click()
    shopper.sees("The same.")
    assert barriers(shopper.page) == []


def test_the_log_is_followed_while_others_buy(shopper: Shopper, colleague: Shopper) -> None:
    shopper.sign_in(AUDITOR)
    shopper.go("/auditor/log/?q=topic%3Aorders.order.placed")
    shopper.page.get_by_role("link", name="Follow new events").click()
    shopper.sees("New events appear on top")
    number = ordered(colleague)
    expect(shopper.page.locator("#tail tr[data-new]").first).to_contain_text(number)
    expect(shopper.page.locator("#tail")).not_to_contain_text("orders.order.confirmed")
    expect(shopper.page).to_have_url(re.compile(r"q=topic%3Aorders.order.placed&follow=on"))
    assert barriers(shopper.page) == []


def reloaded(somebody: Shopper, words: str) -> bool:
    """Asks for the page once more, and looks only at what came with that answer."""
    answer = somebody.page.reload(wait_until="load")
    return answer is not None and words in answer.text()


def test_without_a_script_the_outcome_is_a_reload_away(without_script: Shopper) -> None:
    auditor = without_script
    auditor.sign_in(AUDITOR)
    auditor.go("/auditor/projections/")
    auditor.page.get_by_role("link", name="Rebuild orders.orders").click()
    auditor.press("Rebuild")
    auditor.page.wait_for_url(re.compile(r"/auditor/runs/[0-9a-f-]+/$"))
    wait_until(lambda: reloaded(auditor, "Writers waited"), "the outcome of the rebuild")
    auditor.go("/auditor/projections/")
    auditor.page.get_by_role("link", name="Switch back orders.orders").click()
    auditor.sees("Go back to the tables before the last rebuild?")
