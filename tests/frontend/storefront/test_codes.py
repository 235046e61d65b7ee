"""Vouchers are entered on the basket page, without and with htmx, and guessing them is limited."""

import pytest

from modules.promotions.commands import issue_vouchers
from modules.promotions.contracts import IssueVouchers
from modules.promotions.guessing import LIMITS
from tests.frontend.storefront.shopping import HTMX, Shopper, text
from tests.promotions.offering import euro, promote, voucher
from tests.support.moments import between_turns
from tests.support.trade import PRINT


def enter(shopper: Shopper, code: str) -> str:
    """Enters a code that is taken; returns the words of the basket page after it."""
    response = shopper.client.post("/cart/code/", {"code": code})
    assert (response.status_code, response.headers["Location"]) == (303, "/cart/"), text(response)
    return text(shopper.client.get("/cart/"))


def test_a_voucher_is_entered_ordered_with_and_explained_on_the_order_page(
    shopper: Shopper,
) -> None:
    voucher()
    shopper.add(quantity=3)
    page = enter(shopper, "spring10")
    assert "SPRING10 Spring" in page
    assert "With offers €89.99" in page
    order = text(shopper.client.get(shopper.order()))
    assert "Spring Voucher SPRING10 -€10.00" in order
    assert "Total €94.89" in order


def test_an_offer_that_more_of_the_same_would_bring_is_said_in_the_basket(
    shopper: Shopper,
) -> None:
    promote(label="Three prints", off=10, minimum_units=3, skus=(PRINT,))
    promote("press", label="Press", off=50, groups=("press",), minimum_units=3)
    shopper.add(quantity=2)
    page = text(shopper.client.get("/cart/"))
    assert "Three prints: it begins at 3 pieces." in page
    assert "Press" not in page
    shopper.add(quantity=1)
    assert "it begins at" not in text(shopper.client.get("/cart/"))


def test_a_voucher_is_taken_out_again(shopper: Shopper) -> None:
    voucher()
    shopper.add()
    enter(shopper, "spring10")
    shopper.client.post("/cart/code/remove/", {"code": "SPRING10"})
    assert "SPRING10" not in text(shopper.client.get("/cart/"))


def test_a_voucher_whose_condition_does_not_hold_stays_and_says_why(shopper: Shopper) -> None:
    promote(off=10, needs_voucher=True, minimum=euro(5_000))
    issue_vouchers(IssueVouchers(promotion="spring", code="SPRING10"))
    shopper.add()
    assert "SPRING10 takes nothing off: it begins at €50.00" in enter(shopper, "spring10")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_code_is_answered_beside_the_field_and_stays_in_it(
    shopper: Shopper, headers: dict[str, str]
) -> None:
    shopper.add()
    response = shopper.client.post("/cart/code/", {"code": "NEVER"}, headers=headers)
    assert "This code cannot be used. Check how it is written." in text(response)
    assert b'value="NEVER"' in response.content


@between_turns()
def test_after_ten_wrong_codes_a_basket_tries_no_more(shopper: Shopper) -> None:
    voucher()
    shopper.add()
    for number in range(LIMITS["basket"]):
        assert shopper.client.post("/cart/code/", {"code": f"NO{number}"}).status_code == 409
    response = shopper.client.post("/cart/code/", {"code": "SPRING10"})
    assert response.status_code == 429
    assert "Too many codes were tried" in text(response)
