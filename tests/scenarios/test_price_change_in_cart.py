"""Acceptance scenarios 33 to 36: prices that change while something lies in a basket. Scenarios 31
and 32 are in tests/checkout/test_placing.py."""

import pytest

from modules.carts.commands import add_line
from modules.carts.contracts import AddLine
from modules.catalog.commands import save_product
from modules.catalog.contracts import SaveProduct, SaveVariant
from modules.checkout.commands import place_order
from modules.checkout.contracts import CartChanged
from modules.checkout.selectors import basket
from modules.kernel.money import Money
from modules.pricing.commands import save_tax_rules, set_price
from modules.pricing.contracts import SetPrice, TaxRule
from tests.promotions.offering import promote
from tests.support.trade import CARD, PRINT, cancel_some, checkout, fill_basket, order_of, paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def test_scenario_33_a_line_takes_the_latest_price_and_says_what_it_was() -> None:
    cart = fill_basket(prints=1)
    set_price(SetPrice(sku=PRINT, price=Money(4_000, "EUR")))
    line = basket(cart.id).lines[0]
    assert (line.unit_price.minor, line.price_was) == (4_000, Money(3_333, "EUR"))
    add_line(AddLine(cart_id=cart.id, sku=PRINT, quantity=1, unit_price_minor=4_000))
    line = basket(cart.id).lines[0]
    assert (line.total.minor, line.price_was) == (8_000, None)


def test_scenario_34_what_was_reviewed_is_what_is_charged_until_a_price_changes() -> None:
    reviewed = checkout(cart := fill_basket())
    assert basket(cart.id).quote is not None
    assert place_order(reviewed).total_minor == reviewed.expected_total_minor


def test_scenario_35_a_piece_withdrawn_meanwhile_is_refused() -> None:
    reviewed = checkout(fill_basket())
    card = SaveVariant(sku=CARD, title=CARD, options=(("Format", CARD),))
    save_product(
        SaveProduct(slug="moon", title="Moon", kind="print", category="prints", variants=(card,))
    )
    with pytest.raises(CartChanged, match="no longer on sale"):
        place_order(reviewed)


def test_scenario_36_a_placed_order_is_never_priced_again() -> None:
    placed = paid()
    before = order_of(placed).quote
    set_price(SetPrice(sku=PRINT, price=Money(1, "EUR")))
    promote(off=90)
    higher = TaxRule(
        code="FR-standard",
        version=2,
        country="FR",
        tax_class="standard",
        rate_millionths=900_000,
        label="VAT 90 %",
    )
    save_tax_rules((higher,))
    cancel_some(placed, prints=1)
    assert order_of(placed).quote == before
    assert order_of(placed).due_minor == placed.total_minor - 3_333
