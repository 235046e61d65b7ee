"""Buying, from a product to an order, by every road there is."""

from playwright.sync_api import expect

from tests.journeys.conftest import Shopper
from tests.journeys.products import IN_STOCK


def test_a_guest_buys_and_the_bank_approves(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")
    shopper.sees("Payment authorised")


def test_a_declined_payment_is_explained_and_tried_again(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Decline")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("declined")
    shopper.page.locator("form.pay-again button[type=submit]").click()
    shopper.page.wait_for_url("**/bank/**")
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")


def test_a_declined_payment_may_change_to_an_invoice(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Decline")
    shopper.page.wait_for_url("**/orders/**")
    shopper.page.locator("form.pay-again input[value=invoice]").check()
    shopper.page.locator("form.pay-again button[type=submit]").click()
    shopper.sees("Thank you, it is being prepared")


def test_the_bank_may_ask_for_a_second_step(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Ask for a second step")
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")


def test_an_answer_that_got_lost_is_asked_for(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Say nothing")
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Everything we recorded about this order")


def test_an_invoice_needs_no_bank(shopper: Shopper) -> None:
    shopper.order(IN_STOCK, payment="invoice")
    shopper.sees("Thank you, it is being prepared")


def test_buying_needs_no_script(without_script: Shopper) -> None:
    shopper = without_script
    shopper.go(f"/products/{IN_STOCK}/")
    shopper.press("Add to basket")
    shopper.page.wait_for_url("**/cart/")
    shopper.page.get_by_role("link", name="Check out").first.click()
    shopper.fill_in_the_checkout()
    shopper.page.locator("input[name=payment][value=testbank]").check()
    shopper.page.get_by_role("button", name="Pay").last.click()
    shopper.press("Approve")
    shopper.sees("Thank you, it is being prepared")


def test_buying_needs_no_mouse(shopper: Shopper) -> None:
    page = shopper.page
    shopper.go(f"/products/{IN_STOCK}/")
    page.get_by_role("button", name="Add to basket").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog#basket")).to_be_visible()
    page.get_by_role("link", name="Check out").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/")
    page.locator("#email").focus()
    for words in ("ada@example.org", "Ada Lovelace", "12 rue des Fleurs"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # the optional second line
    page.keyboard.type("69001")
    page.keyboard.press("Tab")
    page.keyboard.type("Lyon")
    page.locator("input[name=payment][value=testbank]").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pay").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/bank/**")
    page.get_by_role("button", name="Approve").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")


def test_a_form_with_mistakes_says_which_and_keeps_the_rest(shopper: Shopper) -> None:
    shopper.add_to_basket(IN_STOCK)
    shopper.go("/checkout/")
    shopper.fill_in_the_checkout(email="not-an-address")
    shopper.page.fill("#delivery_postcode", "1")
    shopper.page.get_by_role("button", name="Pay").last.click()
    summary = shopper.page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("name@example.com")
    expect(shopper.page.locator("#delivery_name")).to_have_value("Ada Lovelace")
    expect(shopper.page.locator("#email")).to_have_value("not-an-address")


def test_pressing_twice_is_one_order(shopper: Shopper, colleague: Shopper) -> None:
    shopper.add_to_basket(IN_STOCK)
    shopper.go("/checkout/")
    shopper.fill_in_the_checkout()
    shopper.page.locator("input[name=payment][value=invoice]").check()
    pay = shopper.page.get_by_role("button", name="Pay").last
    pay.dblclick()
    shopper.page.wait_for_url("**/orders/**")
    shopper.sees("Thank you, it is being prepared")
    expect(shopper.page.locator("#basket-count")).to_have_text("0")


def test_going_back_after_paying_lands_somewhere_sane(shopper: Shopper) -> None:
    shopper.order(IN_STOCK)
    shopper.press("Approve")
    shopper.page.wait_for_url("**/orders/**")
    shopper.go("/checkout/")
    shopper.page.wait_for_url("**/cart/")
    shopper.sees("Your basket is empty")
