"""VAT ids: how one is read, whose it is, and when the buyer accounts for the tax."""

import pytest

from modules.pricing.contracts import VatIdRefused
from modules.pricing.domain.vat import checked_vat_id, country_of, is_reverse_charge, is_vat_id

GERMAN, GREEK, FRENCH = "DE136695976", "EL094259216", "FR40303265045"


@pytest.mark.parametrize("typed", ["DE136695976", "de 136 695 976", " DE 136695976"])
def test_an_id_is_read_however_it_is_typed(typed: str) -> None:
    assert checked_vat_id(typed) == GERMAN
    assert is_vat_id(typed)


@pytest.mark.parametrize(
    "typed", ["", "DE136695975", "136695976", "US136695976", "DE136695976" + " " * 10]
)
def test_what_cannot_be_an_id_is_refused_with_an_example(typed: str) -> None:
    assert not is_vat_id(typed)
    with pytest.raises(VatIdRefused) as caught:
        checked_vat_id(typed)
    assert str(caught.value) == (
        "Enter a VAT number of a country of the European Union, with the two letters of the"
        " country, such as DE136695976"
    )
    assert caught.value.fields == {"field": "vat_id"}


def test_an_id_of_twenty_characters_is_looked_at() -> None:
    assert checked_vat_id("DE136695976".ljust(20)) == GERMAN
    assert is_vat_id("DE136695976".ljust(20))


@pytest.mark.parametrize(("vat_id", "country"), [(GERMAN, "DE"), (GREEK, "GR"), ("XI123", "GB")])
def test_an_id_tells_the_country_that_gave_it_out(vat_id: str, country: str) -> None:
    assert country_of(vat_id) == country


@pytest.mark.parametrize(
    ("vat_id", "seller", "destination", "reverse"),
    [
        (GERMAN, "FR", "DE", True),
        (GERMAN.lower(), "FR", "DE", True),
        # It is where the goods go that counts, not who gave the id out.
        (GERMAN, "FR", "AT", True),
        (GREEK, "FR", "GR", True),
        ("", "FR", "DE", False),
        ("DE136695975", "FR", "DE", False),
        # Of the seller's own state, to its own state, or across the border of the Union.
        (FRENCH, "FR", "DE", False),
        (GREEK.lower(), "GR", "DE", False),
        (GERMAN, "FR", "FR", False),
        (GERMAN, "FR", "CH", False),
        (GERMAN, "CH", "DE", False),
        (GERMAN, "GB", "DE", False),
    ],
)
def test_a_business_in_another_member_state_accounts_for_the_tax(
    vat_id: str, seller: str, destination: str, reverse: bool
) -> None:
    assert is_reverse_charge(vat_id, seller=seller, destination=destination) is reverse
