"""The API's documentation works under the shop's content security policy, from its own files."""

from playwright.sync_api import expect

from tests.journeys.conftest import Shopper


def test_an_operation_is_tried_out_on_its_page(shopper: Shopper) -> None:
    shopper.go("/api/docs")
    operation = shopper.page.locator("#operations-catalogue-catalog_categories")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response-col_status").last).to_contain_text(
        "200"
    )


def test_a_problem_is_explained_where_its_type_points_to(shopper: Shopper) -> None:
    shopper.go("/problems/out-of-stock")
    shopper.sees("What to do")
