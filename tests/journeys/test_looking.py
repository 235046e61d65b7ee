"""Looking around: facets, search, going back, the basket drawer."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Shopper
from tests.journeys.products import IN_STOCK, SOLD_OUT


def test_facets_narrow_the_list_and_back_undoes_them(shopper: Shopper) -> None:
    page = shopper.page
    shopper.go("/products/")
    before = page.locator("#results [role=status]").first.inner_text()
    page.locator(".facet input[type=checkbox]").first.check()
    page.wait_for_url(re.compile(r"\?.+="))
    expect(page.locator("#results [role=status]").first).not_to_have_text(before)
    expect(page.locator(".chips")).to_be_visible()
    page.go_back()
    expect(page.locator("#results [role=status]").first).to_have_text(before)


def test_a_facet_that_was_folded_stays_folded_while_the_list_changes(shopper: Shopper) -> None:
    page = shopper.page
    shopper.go("/products/")
    second = page.locator("details.facet").nth(1)
    second.locator("summary").click()
    with page.expect_response(re.compile(r"\?.+=")):
        page.locator(".facet input[type=checkbox]").first.check()
    expect(page.locator(".chips")).to_be_visible()
    expect(second).not_to_have_attribute("open", "")


def test_the_way_back_from_a_product_leads_to_the_same_list(shopper: Shopper) -> None:
    page = shopper.page
    shopper.go("/products/?sort=price")
    first = page.locator(".product-card h3 a").first.inner_text()
    page.locator(".product-card h3 a").first.click()
    page.wait_for_url("**/products/*/")
    page.go_back()
    expect(page.locator(".product-card h3 a").first).to_have_text(first)


def test_a_list_goes_on(shopper: Shopper) -> None:
    shopper.go("/products/")
    expect(shopper.page.locator(".product-card")).to_have_count(24)
    shopper.page.get_by_role("link", name="Load more").click()
    expect(shopper.page.locator(".product-card").nth(0)).to_be_visible()
    shopper.sees("48 of")


def test_a_search_forgives_a_slip(shopper: Shopper) -> None:
    shopper.go("/search/?q=postr")
    shopper.sees("piece")
    expect(shopper.page.locator(".product-card").first).to_be_visible()


def test_a_search_without_a_match_leads_on(shopper: Shopper) -> None:
    shopper.go("/search/?q=zzzzqqqq")
    shopper.sees("Nothing matches")
    expect(shopper.page.get_by_role("link", name="See all pieces")).to_be_visible()


def test_the_drawer_opens_on_adding_and_escape_closes_it(shopper: Shopper) -> None:
    shopper.add_to_basket(IN_STOCK)
    drawer = shopper.page.locator("dialog#basket")
    expect(drawer).to_be_visible()
    shopper.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_line_can_be_removed_and_put_back(shopper: Shopper) -> None:
    shopper.add_to_basket(IN_STOCK)
    shopper.page.get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(shopper.page.locator("#basket-count")).to_have_text("0")
    shopper.press("Undo")
    expect(shopper.page.locator("#basket-count")).to_have_text("1")


def test_what_is_sold_out_says_so_and_cannot_be_added(shopper: Shopper) -> None:
    shopper.go(f"/products/{SOLD_OUT}")
    shopper.sees("Sold out")
    expect(shopper.page.get_by_role("button", name="Add to basket")).to_have_count(0)


def test_a_product_that_never_was_leads_on(shopper: Shopper) -> None:
    shopper.go("/products/no-such-thing/")
    expect(shopper.page.locator("h1")).to_be_visible()
    expect(shopper.page.locator("main").get_by_role("link").first).to_be_visible()
