"""After the order: the live page, the staff's work, cancelling, returning, the audit."""

import re

from playwright.sync_api import expect

from config.demo_accounts import AUDITOR, STAFF
from tests.journeys.conftest import Shopper
from tests.journeys.products import IN_STOCK


def open_as_staff(staff: Shopper, number: str) -> None:
    staff.sign_in(STAFF)
    staff.go(f"/staff/orders/?q={number}")
    staff.page.get_by_role("link", name=number).first.click()
    staff.page.wait_for_url(re.compile(r"/staff/orders/[0-9a-f-]+/(\?|$)"))


def bought(shopper: Shopper) -> str:
    shopper.order(IN_STOCK)
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")
    return shopper.order_number()


def test_the_order_page_follows_the_staff_by_itself(shopper: Shopper, colleague: Shopper) -> None:
    number = bought(shopper)
    open_as_staff(colleague, number)
    colleague.press("Ship these pieces")
    expect(shopper.page.locator("h1")).to_have_text("It is on its way")
    shopper.sees("Parcel")


def test_staff_ship_deliver_and_refund(shopper: Shopper, colleague: Shopper) -> None:
    number = bought(shopper)
    open_as_staff(colleague, number)
    colleague.press("Ship these pieces")
    colleague.sees("Captured")
    colleague.press("Mark delivered")
    colleague.sees("Completed")
    colleague.page.locator("summary", has_text="Refund").click()
    colleague.page.locator("details form input[name=amount]").fill("1.00")
    colleague.page.locator("details form button", has_text="Refund").click()
    colleague.sees("Refunded")
    colleague.page.locator("summary", has_text="Refund").click()
    colleague.page.locator("details form input[name=amount]").fill("100000")
    colleague.page.locator("details form button", has_text="Refund").click()
    colleague.sees("Nothing was done")


def test_two_people_at_once_get_an_explained_conflict(shopper: Shopper, colleague: Shopper) -> None:
    number = bought(shopper)
    open_as_staff(colleague, number)
    second = colleague.page.context.new_page()
    second.goto(colleague.page.url)
    colleague.press("Ship these pieces")
    colleague.sees("Shipped")
    second.get_by_role("button", name="Ship these pieces").click()
    expect(second.locator("[data-error-summary]")).to_contain_text("Nothing of yours was done")


def test_a_shopper_cancels_before_anything_ships(shopper: Shopper) -> None:
    bought(shopper)
    shopper.press("Cancel this order")
    shopper.sees("This order is cancelled")


def test_a_shopper_asks_to_return_and_staff_take_it_back(
    shopper: Shopper, colleague: Shopper
) -> None:
    number = bought(shopper)
    open_as_staff(colleague, number)
    colleague.press("Ship these pieces")
    colleague.sees("Captured")
    shopper.page.reload()
    shopper.page.locator("summary", has_text="Send something back").click()
    shopper.page.locator("input[name^=quantity_]").first.fill("1")
    shopper.press("Ask for a return")
    shopper.sees("Return")
    colleague.page.reload()
    colleague.press("The goods are here")
    colleague.sees("Return received")


def test_the_auditor_replays_the_order(shopper: Shopper, colleague: Shopper) -> None:
    number = bought(shopper)
    colleague.sign_in(AUDITOR)
    colleague.go(f"/auditor/?q={number}")
    colleague.page.wait_for_url("**/auditor/streams/**")
    colleague.sees("orders.order.placed.v1")
    slider = colleague.page.locator("input[type=range]")
    slider.focus()
    colleague.page.keyboard.press("ArrowLeft")
    expect(colleague.page.locator("#after")).to_have_text("After Placed")
    expect(slider).to_be_focused()
    colleague.press("Recompute this chain")
    colleague.sees("Every event follows from the one before")


def test_a_tampered_link_opens_nothing(shopper: Shopper) -> None:
    bought(shopper)
    shopper.page.goto(f"{shopper.page.url.split('?')[0].rstrip('/')}x/")
    expect(shopper.page.locator("h1")).not_to_contain_text("Thank you")
