"""A voucher is entered in the basket, taken off the order, and counted once for it."""

import pytest

from modules.carts.contracts import Cart
from modules.checkout.commands import enter_code, place_order, remove_code
from modules.checkout.contracts import CartChanged, EnterCode, RemoveCode
from modules.checkout.selectors import basket
from modules.orders.commands import expire_unpaid
from modules.pricing.selectors import discrepancies, taken_off
from modules.promotions.commands import delete_promotion, set_status
from modules.promotions.contracts import SetStatus, VoucherUnknown
from modules.promotions.selectors import vouchers
from tests.promotions.offering import voucher
from tests.support.trade import cancel, checkout, fill_basket, order_of, paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def with_code(code: str = "spring 10", **quantities: int) -> Cart:
    cart = fill_basket(**quantities)
    enter_code(EnterCode(cart_id=cart.id, code=code))
    return cart


def used(promotion: str = "spring") -> list[int]:
    return [each.used for each in vouchers(promotion)]


def test_a_voucher_takes_its_part_off_and_the_order_says_so() -> None:
    voucher()
    placed = place_order(checkout(with_code(prints=3)))
    order = order_of(placed)
    # 3 x 33.33 less 10 %, delivery 4.90
    assert placed.total_minor == order.total_minor == 9_999 - 1_000 + 490
    assert [(row.code, row.voucher, row.amount_minor) for row in taken_off(order.quote)] == [
        ("spring", "SPRING10", 1_000)
    ]
    assert discrepancies(order.quote) == ()
    assert used() == [1]


def test_a_code_that_never_was_is_refused_and_the_basket_stays() -> None:
    cart = fill_basket()
    with pytest.raises(VoucherUnknown):
        enter_code(EnterCode(cart_id=cart.id, code="NEVER-WAS"))
    assert basket(cart.id).codes == ()


def test_a_code_taken_out_takes_nothing_off() -> None:
    voucher()
    cart = with_code(prints=1)
    remove_code(RemoveCode(cart_id=cart.id, code="spring10"))
    found = basket(cart.id)
    assert (found.codes, found.discounts) == ((), ())


def test_a_cancelled_order_gives_its_use_back_once() -> None:
    voucher()
    placed = place_order(checkout(with_code(prints=1)))
    assert used() == [1]
    cancel(placed)
    cancel(placed)
    assert used() == [0]


def test_an_order_that_nobody_paid_gives_its_use_back() -> None:
    voucher()
    placed = place_order(checkout(with_code(prints=1)))
    expire_unpaid(placed.order_id)
    assert (order_of(placed).status, used()) == ("cancelled", [0])


def test_a_use_that_is_not_reusable_stays_used() -> None:
    voucher(reusable=False)
    cancel(place_order(checkout(with_code(prints=1))))
    assert used() == [1]
    with pytest.raises(VoucherUnknown):
        with_code()


def test_a_paused_promotion_moves_the_total_and_the_shopper_is_told() -> None:
    voucher()
    cart = with_code(prints=1)
    message = checkout(cart)
    set_status(SetStatus(code="spring", status="paused"))
    with pytest.raises(CartChanged):
        place_order(message)
    assert basket(cart.id).codes[0].problem == "it cannot be used any more"
    assert place_order(checkout(cart)).total_minor == 3_333 + 490


def test_deleting_the_promotion_later_changes_nothing_of_the_order() -> None:
    voucher()
    placed = place_order(checkout(with_code(prints=1)))
    before = order_of(placed).quote
    delete_promotion("spring")
    assert order_of(placed).quote == before
    cancel(placed)
    assert order_of(placed).status == "cancelled"


def test_an_order_without_a_voucher_counts_none() -> None:
    voucher()
    paid(prints=1)
    assert used() == [0]
