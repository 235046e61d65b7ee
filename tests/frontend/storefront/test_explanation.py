"""Shoppers, staff and auditors see how each amount of an order came about, and nobody else does."""

import json

import pytest

import explain
from modules.checkout.contracts import Placed
from tests.frontend.staff.people import signed_in
from tests.frontend.storefront.shopping import Shopper, text
from tests.support.trade import paid


@pytest.fixture
def order(shop: None) -> Placed:
    return paid(prints=1)


def test_the_order_page_leads_to_every_amount_and_its_steps(shopper: Shopper) -> None:
    shopper.add()
    own = shopper.order()
    assert f"{own}explanation/" in shopper.client.get(own).content.decode()
    words = text(shopper.client.get(f"{own}explanation/"))
    assert "total €38.23 €33.33 + €4.90 To pay" in words
    assert "line_1.tax €5.56 the 20 % that €33.33 holds, rounded half up VAT 20 %" in words


def test_the_file_is_one_that_explain_py_reads(shopper: Shopper) -> None:
    shopper.add()
    response = shopper.client.get(f"{shopper.order()}explanation/?format=json")
    assert list(explain.problems(json.loads(response.content))) == []
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("area", ["staff", "auditor"])
def test_staff_and_auditors_have_the_page_below_their_own_address(area: str, order: Placed) -> None:
    address = f"/{area}/orders/{order.order_id}/explanation/"
    assert "€33.33 + €4.90" in text(signed_in(area).get(address))
    assert signed_in("customer").get(address).status_code == 403
    assert signed_in("anonymous").get(address).status_code == 302
