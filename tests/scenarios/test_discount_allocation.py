"""Acceptance scenarios 12 to 24: sharing discounts. Ties go to the first line, by this shop's
policy; where other shops give the remainder to the last, the sum is the same."""

import pytest

from modules.carts.commands import set_quantity
from modules.carts.contracts import SetQuantity
from modules.checkout.contracts import TryBasket
from modules.checkout.selectors import basket as basket_of_cart
from modules.checkout.selectors import try_basket
from modules.kernel.money import allocate
from modules.pricing.contracts import Discount, Quote
from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, off, tax
from tests.promotions.offering import decided, euro, offered, piece, promote, rule
from tests.promotions.test_limits import campaign
from tests.support.trade import CARD, PRINT, fill_basket

TAX = (tax(200_000),)


def shares(priced: Quote) -> list[int]:
    return [each.discount_minor for each in priced.lines]


def test_scenario_12_an_amount_over_three_equal_lines_adds_up_exactly() -> None:
    lines = [line(200, sku=f"L{n}") for n in range(3)]
    found = shares(quote(basket(*lines, rules=TAX, discounts=(off(400),))))
    assert (found, sum(found)) == ([134, 133, 133], 400)


def test_scenario_13_ten_over_three_equal_lines_adds_up_exactly() -> None:
    assert allocate(1000, [1, 1, 1]) == [334, 333, 333]


def test_scenario_14_the_remainder_goes_to_the_first_and_a_negative_amount_mirrors_it() -> None:
    assert allocate(1000, [1, 1, 1]) == [334, 333, 333]
    assert allocate(-1000, [1, 1, 1]) == [-334, -333, -333]


def test_scenario_16_lines_share_in_proportion_to_their_value() -> None:
    lines = [line(5000, units, sku=f"L{units}") for units in (3, 1, 2)]
    assert shares(quote(basket(*lines, rules=TAX, discounts=(off(1500),)))) == [750, 250, 500]


def test_scenario_18_a_discount_larger_than_the_cart_leaves_the_delivery() -> None:
    request = basket(line(10_000), rules=TAX, delivery=delivery(490), discounts=(off(20_000),))
    priced = quote(request)
    assert (priced.discount_minor, priced.lines[0].total_minor) == (10_000, 0)
    assert priced.total_minor == 490


def test_scenario_19_a_line_that_costs_nothing_gets_nothing() -> None:
    for discount in (off(100), off(rate=50)):
        assert shares(
            quote(basket(line(0, sku="GIFT"), line(200), rules=TAX, discounts=(discount,)))
        ) == [0, 100]


def test_scenario_20_a_line_discount_and_an_order_discount_stack() -> None:
    offers = [
        offered(rule(label="Jackets", off=20, categories=("jackets",), priority=1), "jackets"),
        offered(rule("fixed", target="order", amounts=euro(5_000), minimum=euro(50_000)), "fifty"),
    ]
    jackets = piece(10_000, 7, "JACKET", "jackets")
    found = decided(jackets, offers=offers).discounts
    priced = quote(basket(line(10_000, 7, sku="JACKET"), rules=TAX, discounts=found))
    assert (priced.discount_minor, priced.total_minor) == (14_000 + 5_000, 51_000)


def buy_two_get_two(units: int) -> tuple[Discount, ...]:
    offer = offered(rule("buy-get", buy=2, get=2, off=100))
    return decided(piece(250, units), offers=[offer]).discounts


@pytest.mark.parametrize(("units", "free"), [(2, 0), (3, 0), (4, 500), (7, 500), (8, 1000)])
def test_scenario_22_no_unit_is_both_bought_and_free(units: int, free: int) -> None:
    discounts = buy_two_get_two(units)
    priced = quote(basket(line(250, units, sku="A"), rules=TAX, discounts=discounts))
    assert priced.discount_minor == free


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("budget", "currency", "reason"),
    [(499, "EUR", "its budget is used up"), (0, "", "it has been used up")],
)
def test_scenario_23_beyond_its_budget_a_campaign_gives_a_reason_and_no_discount(
    budget: int, currency: str, reason: str
) -> None:
    campaign(budget, currency)
    found = basket_of_cart(fill_basket(prints=1).id)
    assert found.discounts == ()
    assert found.quote is not None
    assert found.quote.discount_minor == 0
    tried = try_basket(TryBasket(lines=((PRINT, 1),), currency="EUR", country="FR"))
    (verdict,) = tried.verdicts
    assert (verdict.applies, verdict.reason) == (False, reason)


@pytest.mark.usefixtures("shop")
def test_scenario_24_a_discount_goes_with_the_line_it_depended_on() -> None:
    promote(off=10, target="order", skus=(CARD,))
    cart = fill_basket(prints=1, cards=1)
    assert basket_of_cart(cart.id).discounts
    set_quantity(SetQuantity(cart_id=cart.id, sku=CARD, quantity=0))
    left = basket_of_cart(cart.id)
    assert (left.discounts, [each.sku for each in left.lines]) == ((), [PRINT])
