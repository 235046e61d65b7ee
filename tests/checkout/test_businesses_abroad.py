"""A business in another member state buys without tax and accounts for it itself."""

from dataclasses import replace

import pytest

from events.privacy.sealing import personal_fields
from modules.carts.commands import set_delivery
from modules.carts.contracts import Cart, SetDelivery
from modules.checkout.commands import place_order
from modules.checkout.contracts import CheckoutIncomplete, Placed
from modules.checkout.selectors import basket, review
from modules.kernel.address import Address
from modules.kernel.money import Money
from modules.orders.selectors import explanation
from modules.pricing.commands import save_tax_rules
from modules.pricing.contracts import REVERSE_CHARGE, TaxRule, VatIdRefused
from modules.pricing.selectors import checked_vat_id, discrepancies, is_reverse_charge
from modules.shipping.commands import save_zones
from modules.shipping.contracts import SaveRate, SaveZone
from tests.support.trade import checkout, fill_basket, order_of

GERMAN, FRENCH = "DE136695976", "FR40303265045"
BERLIN = Address(name="Buch GmbH", line1="Torstr. 1", city="Berlin", postcode="10119", country="DE")


@pytest.fixture
def germany(shop: None) -> None:
    """The shop delivers to Germany, and taxes what it delivers there."""
    rate = SaveRate(method_code="standard", charge=Money(600, "EUR"), days_min=2, days_max=4)
    save_zones((SaveZone(code="de", name="Germany", countries=("DE",), rates=(rate,)),))
    german = TaxRule(
        code="DE-standard",
        version=1,
        country="DE",
        tax_class="standard",
        rate_millionths=190_000,
        label="VAT 19 %",
    )
    save_tax_rules((german,))


def basket_for(vat_id: str) -> Cart:
    cart = fill_basket(prints=1)
    return set_delivery(
        SetDelivery(cart_id=cart.id, delivery_address=BERLIN, vat_id=vat_id, method_code="standard")
    )


def bought(vat_id: str) -> Placed:
    return place_order(replace(checkout(basket_for(vat_id)), delivery_address=BERLIN))


@pytest.mark.usefixtures("germany")
def test_a_business_pays_the_net_price_and_the_order_says_why() -> None:
    order = order_of(bought(GERMAN))
    # 33.33 and 6.00 without the French 20 % they hold.
    assert (order.total_minor, order.quote.tax_minor, order.quote.taxes) == (2_778 + 500, 0, ())
    assert order.vat_id == GERMAN
    assert discrepancies(order.quote) == ()
    labels = {step.label for step in explanation(order.id).steps}
    assert REVERSE_CHARGE in labels


@pytest.mark.usefixtures("germany")
def test_its_vat_id_is_sealed_like_the_address_of_the_invoice() -> None:
    placed = bought(GERMAN)
    with personal_fields("sealed"):
        assert order_of(placed).vat_id == "sealed"


@pytest.mark.usefixtures("germany")
@pytest.mark.parametrize("vat_id", ["", FRENCH])
def test_everybody_else_pays_the_tax_of_the_destination(vat_id: str) -> None:
    order = order_of(bought(vat_id))
    assert (order.total_minor, order.vat_id) == (3_333 + 600, "")
    assert order.quote.taxes[0].code == "DE-standard"


@pytest.mark.usefixtures("germany")
def test_what_is_no_vat_id_is_taxed_and_named_before_an_order_is_placed() -> None:
    cart = basket_for("DE123")
    found = basket(cart.id).quote
    assert found is not None
    assert found.tax_minor > 0
    assert "vat_id" in review(cart.id).missing
    with pytest.raises(CheckoutIncomplete, match="VAT number"):
        place_order(replace(checkout(cart), delivery_address=BERLIN))


@pytest.mark.parametrize("typed", [" de 136 695 976", "DE136695976", "de136695976"])
def test_a_vat_id_is_read_however_it_is_typed(typed: str) -> None:
    assert checked_vat_id(typed) == GERMAN


@pytest.mark.parametrize("typed", ["", "DE136695977", "136695976", "US123456789", "DE" + "1" * 99])
def test_what_cannot_be_a_vat_id_is_refused(typed: str) -> None:
    with pytest.raises(VatIdRefused):
        checked_vat_id(typed)


@pytest.mark.parametrize(
    ("vat_id", "seller", "destination", "expected"),
    [
        (GERMAN, "FR", "DE", True),
        (GERMAN, "FR", "BE", True),
        (GERMAN, "FR", "FR", False),
        (GERMAN, "FR", "US", False),
        (GERMAN, "FR", "GB", False),
        (GERMAN, "US", "DE", False),
        (FRENCH, "FR", "DE", False),
        ("", "FR", "DE", False),
        ("nonsense", "FR", "DE", False),
    ],
)
def test_the_buyer_accounts_for_tax_only_between_member_states(
    vat_id: str, seller: str, destination: str, expected: bool
) -> None:
    assert is_reverse_charge(vat_id, seller=seller, destination=destination) is expected
