"""Acceptance scenarios 26 to 30: coupons. Scenario 25, five orders at once, is in
tests/promotions/test_many_at_once.py."""

from datetime import timedelta

import pytest
import time_machine

from modules.carts.contracts import Cart
from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import CartChanged, EnterCode
from modules.checkout.selectors import basket
from modules.inventory.commands import adjust_stock
from modules.inventory.contracts import AdjustStock, OutOfStock
from modules.kernel import clock
from modules.orders.commands import expire_unpaid
from modules.payments.commands import resolve_unknown
from modules.promotions.contracts import VoucherUnknown
from modules.promotions.selectors import vouchers
from tests.promotions.offering import promote, voucher
from tests.support.trade import PRINT, at_bank, begin, cancel, checkout, fill_basket, order_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def basket_with(code: str) -> Cart:
    cart = fill_basket(prints=1)
    enter_code(EnterCode(cart_id=cart.id, code=code))
    return cart


def used() -> int:
    return vouchers("spring")[0].used


def test_scenario_26_an_order_that_cannot_be_placed_uses_no_voucher() -> None:
    message = checkout(basket_with(voucher()))
    adjust_stock(AdjustStock(sku=PRINT, on_hand=0, reason="count"))
    with pytest.raises(OutOfStock):
        place_order(message)
    assert used() == 0


def test_scenario_26_a_voucher_is_free_again_when_its_order_is_never_paid() -> None:
    code = voucher()
    placed = place_order(checkout(basket_with(code)))
    at_bank(step := begin(placed), "decline")
    resolve_unknown(step.payment_id)
    expire_unpaid(placed.order_id)
    assert (order_of(placed).status, used()) == ("cancelled", 0)
    place_order(checkout(basket_with(code)))


@pytest.mark.parametrize("reusable", [True, False])
def test_scenario_27_a_cancelled_order_frees_its_coupon_unless_it_is_not_reusable(
    reusable: bool,
) -> None:
    code = voucher(reusable=reusable)
    cancel(place_order(checkout(basket_with(code))))
    if reusable:
        place_order(checkout(basket_with(code)))
    else:
        with pytest.raises(VoucherUnknown):
            basket_with(code)


def test_scenario_29_a_code_applied_twice_counts_once() -> None:
    code = voucher()
    cart = basket_with(code)
    once = basket(cart.id)
    enter_code(EnterCode(cart_id=cart.id, code=f" {code[:4]}-{code[4:].lower()} "))
    twice = basket(cart.id)
    assert [each.code for each in twice.codes] == [code]
    assert twice.quote is not None
    assert once.quote is not None
    assert twice.quote.total_minor == once.quote.total_minor


def test_scenario_30_a_promotion_that_ended_refuses_with_a_reason_and_then_lets_order() -> None:
    soon = clock.now() + timedelta(minutes=5)
    promote(off=10, label="Morning", valid_until=soon)
    cart = fill_basket(prints=1)
    reviewed = checkout(cart)
    with time_machine.travel(soon + timedelta(minutes=1)):
        with pytest.raises(CartChanged, match="“Morning” is not taken off: it ended on"):
            place_order(reviewed)
        placed = place_order(checkout(cart))
    assert placed.total_minor == 3_333 + 490 > reviewed.expected_total_minor
