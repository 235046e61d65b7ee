"""Gift cards pay for part of an order or all of it, and what they paid comes back when it ends."""

from dataclasses import replace

import pytest

from modules.carts.contracts import Cart
from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import CartChanged, EnterCode, Placed
from modules.checkout.selectors import basket
from modules.giftcards.commands import block_gift_card, issue_gift_card
from modules.giftcards.contracts import IssuedGiftCard, IssueGiftCard
from modules.giftcards.selectors import cards, movements
from modules.kernel.money import Money
from modules.orders.commands import expire_unpaid
from modules.payments.commands import resolve_unknown
from modules.payments.selectors import payment_methods, payments_of
from modules.promotions.contracts import VoucherUnknown
from tests.promotions.offering import promote
from tests.support.trade import (
    at_bank,
    begin,
    cancel,
    cancel_some,
    checkout,
    fill_basket,
    order_of,
    refund,
    ship,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

# One print and its delivery.
TOTAL = 3_333 + 490


def issued(minor: int, currency: str = "EUR") -> IssuedGiftCard:
    return issue_gift_card(IssueGiftCard(amount=Money(minor, currency), note="A test"))


def basket_with(card: IssuedGiftCard, prints: int = 1) -> Cart:
    cart = fill_basket(prints=prints)
    enter_code(EnterCode(cart_id=cart.id, code=card.code.lower()))
    return cart


def balance(card: IssuedGiftCard) -> int:
    found = cards([card.id])[card.id].balance.minor
    assert found == sum(each.amount_minor for each in movements(card.id))
    return found


def bought(card: IssuedGiftCard, prints: int = 1) -> Placed:
    """An order whose gift card has paid its part; the rest, if any, is authorised at the bank."""
    placed = place_order(checkout(basket_with(card, prints)))
    step = begin(placed)
    if step.redirect_url:
        at_bank(step)
        resolve_unknown(step.payment_id)
    return placed


def test_a_card_pays_its_part_and_the_bank_the_rest() -> None:
    card = issued(1_000)
    placed = bought(card)
    found = {each.provider: each.amount_minor for each in payments_of(placed.order_id)}
    assert found == {"giftcard": 1_000, "testbank": TOTAL - 1_000}
    assert (order_of(placed).status, order_of(placed).total_minor) == ("confirmed", TOTAL)
    assert balance(card) == 0


def test_a_card_that_holds_enough_pays_for_all_of_it() -> None:
    card = issued(10_000)
    placed = bought(card)
    assert [each.provider for each in payments_of(placed.order_id)] == ["giftcard"]
    assert (order_of(placed).status, balance(card)) == ("confirmed", 10_000 - TOTAL)


def test_a_cancelled_order_puts_the_money_back_on_the_card() -> None:
    card = issued(1_000)
    cancel(bought(card))
    assert balance(card) == 1_000


def test_an_order_that_nobody_paid_the_rest_of_puts_the_money_back() -> None:
    card = issued(1_000)
    placed = place_order(checkout(basket_with(card)))
    assert balance(card) == 0
    expire_unpaid(placed.order_id)
    assert (order_of(placed).status, balance(card)) == ("cancelled", 1_000)


def test_a_refund_of_what_a_card_paid_goes_back_to_the_card() -> None:
    card = issued(10_000)
    placed = bought(card)
    ship(placed, prints=1)
    refund(placed, 500)
    assert balance(card) == 10_000 - TOTAL + 500


def test_a_cancelled_piece_gives_its_value_back_to_the_card() -> None:
    card = issued(10_000)
    placed = bought(card, prints=2)
    cancel_some(placed, prints=1)
    assert order_of(placed).due_minor == TOTAL
    ship(placed, prints=1)
    assert balance(card) == 10_000 - TOTAL


def test_a_card_that_somebody_spent_meanwhile_changes_what_is_left_and_the_shopper_is_told() -> (
    None
):
    card = issued(1_000)
    cart = basket_with(card)
    message = replace(checkout(cart), expected_left_minor=basket(cart.id).left_minor)
    bought(card)
    with pytest.raises(CartChanged, match="left to pay"):
        place_order(message)


def test_a_card_in_other_money_pays_nothing_and_says_why() -> None:
    cart = basket_with(issued(1_000, "GBP"))
    found = basket(cart.id)
    assert (found.gift_cards[0].problem, found.left_minor) == ("it is in GBP", TOTAL)


def test_a_blocked_card_is_like_one_that_never_was() -> None:
    card = issued(1_000)
    block_gift_card(card.id)
    with pytest.raises(VoucherUnknown):
        basket_with(card)


def test_nobody_chooses_a_gift_card_as_a_way_to_pay() -> None:
    assert "giftcard" not in {method.code for method in payment_methods()}


def test_an_order_that_costs_nothing_is_confirmed_without_a_payment() -> None:
    promote(off=100, target="order")
    promote("delivery", kind="free-delivery")
    placed = place_order(checkout(fill_basket(prints=1)))
    assert (placed.total_minor, payments_of(placed.order_id)) == (0, ())
    assert begin(placed).redirect_url == ""
    assert order_of(placed).status == "confirmed"
    ship(placed, prints=1)
    assert order_of(placed).fulfilment_status == "shipped"
