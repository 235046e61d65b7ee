"""Vouchers and campaigns end at their limits, for each customer and for all together."""

from dataclasses import replace

import pytest

from modules.carts.contracts import Cart
from modules.checkout.commands import enter_code, place_order
from modules.checkout.contracts import CartChanged, Checkout, EnterCode
from modules.checkout.selectors import basket
from modules.kernel.identity import new_id
from modules.promotions.commands import claim_uses, save_campaign, save_promotion
from modules.promotions.contracts import (
    BudgetSpent,
    ClaimUses,
    PromotionRefused,
    SaveCampaign,
    SavePromotion,
    Used,
    VoucherSpent,
)
from modules.promotions.selectors import campaigns, vouchers
from tests.promotions.offering import euro, rule, voucher
from tests.support.trade import cancel, checkout, fill_basket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def basket_with(code: str) -> Cart:
    cart = fill_basket(prints=1)
    enter_code(EnterCode(cart_id=cart.id, code=code))
    return cart


def order_of_somebody(code: str, email: str) -> Checkout:
    return replace(checkout(basket_with(code)), email=email)


def claim(code: str, amount_minor: int = 100, **fields: object) -> None:
    used = Used(promotion="spring", version=1, voucher=code, amount_minor=amount_minor)
    asked = {"order_id": new_id(), "subject": new_id(), "currency": "EUR", "uses": (used,)}
    claim_uses(ClaimUses(**{**asked, **fields}))  # type: ignore[arg-type]


def test_a_voucher_ends_at_its_limit() -> None:
    code = voucher(limit=2)
    claim(code)
    claim(code)
    with pytest.raises(VoucherSpent):
        claim(code)
    assert vouchers("spring")[0].used == 2


def test_each_customer_has_a_limit_of_their_own() -> None:
    code = voucher(limit=None, limit_per_customer=1)
    message = order_of_somebody(code, "ada@example.org")
    place_order(message)
    again = order_of_somebody(code, "ADA@example.org ")
    with pytest.raises(CartChanged, match="you have used it already"):
        place_order(again)
    place_order(order_of_somebody(code, "grace@example.org"))
    assert vouchers("spring")[0].used == 2


def test_a_customer_whose_order_was_cancelled_has_their_use_back() -> None:
    code = voucher(limit=None, limit_per_customer=1)
    cancel(place_order(order_of_somebody(code, "ada@example.org")))
    place_order(order_of_somebody(code, "ada@example.org"))
    assert vouchers("spring")[0].used == 1


def test_claiming_for_an_order_again_counts_once() -> None:
    code, order_id = voucher(limit=None), new_id()
    claim(code, order_id=order_id)
    claim(code, order_id=order_id)
    assert vouchers("spring")[0].used == 1


def campaign(budget: int, currency: str = "") -> None:
    save_campaign(SaveCampaign(code="may", title="May", budget=budget, currency=currency))
    save_promotion(
        SavePromotion(
            code="spring", campaign="may", rule=rule("fixed", amounts=euro(500), target="order")
        )
    )


def spent() -> int:
    return campaigns()[0].spent


def test_a_campaign_counted_in_uses_ends_at_its_budget() -> None:
    campaign(2)
    for _ in range(2):
        assert place_order(checkout(fill_basket(prints=1))).total_minor == 3_333 - 500 + 490
    assert spent() == 2
    assert place_order(checkout(fill_basket(prints=1))).total_minor == 3_333 + 490


def test_a_campaign_counted_in_money_gives_no_more_than_it_has() -> None:
    campaign(700, "EUR")
    place_order(checkout(fill_basket(prints=1)))
    assert place_order(checkout(fill_basket(prints=1))).total_minor == 3_333 + 490
    with pytest.raises(BudgetSpent):
        claim("", amount_minor=201)
    assert spent() == 500


def test_what_a_cancelled_order_cost_goes_back_to_the_campaign() -> None:
    campaign(500, "EUR")
    cancel(place_order(checkout(fill_basket(prints=1))))
    assert spent() == 0
    assert basket(fill_basket(prints=1).id).discounts[0].amount_minor == 500


def test_a_budget_cannot_be_set_below_what_is_spent() -> None:
    campaign(700, "EUR")
    place_order(checkout(fill_basket(prints=1)))
    with pytest.raises(PromotionRefused):
        campaign(499, "EUR")
