"""An address is checked before it is used, and every problem says what to do."""

from dataclasses import replace

import pytest

from modules.kernel.address import Address
from modules.shipping.commands import save_defaults
from modules.shipping.domain.addresses import POSTCODES
from modules.shipping.selectors import check_address

pytestmark = pytest.mark.django_db

PARIS = Address(
    name="Ada Lovelace", line1="1 rue de Rivoli", city="Paris", postcode="75001", country="FR"
)


@pytest.fixture(autouse=True)
def _delivery(db: None) -> None:
    save_defaults()


@pytest.mark.parametrize(
    "address",
    [
        PARIS,
        replace(PARIS, country="GB", postcode="sw1a 1aa", city="London"),
        replace(PARIS, country="US", postcode="10001-1234", region="New York"),
        replace(PARIS, country="HK", postcode=""),
        replace(PARIS, country="IE", postcode="D02 AF30"),
        replace(PARIS, country="JP", postcode="1000001", phone="+81 3-1234-5678"),
        replace(PARIS, name="Åse Ødegård", line1="Grünerløkka 5", country="NO", postcode="0150"),
    ],
)
def test_an_address_that_a_parcel_finds_has_no_problems(address: Address) -> None:
    assert check_address(address) == {}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "  "}, "name", "Enter the name"),
        ({"line1": ""}, "line1", "Enter the street"),
        ({"city": ""}, "city", "Enter the town"),
        ({"postcode": ""}, "postcode", "such as 75011"),
        ({"postcode": "7500"}, "postcode", "look like 75011"),
        ({"postcode": "٧٥٠٠١"}, "postcode", "look like 75011"),
        ({"country": "KP"}, "country", "do not deliver to North Korea"),
        ({"country": ""}, "country", "Choose a country"),
        ({"country": "zz9"}, "country", "Choose a country"),
        ({"country": "US", "postcode": "10001"}, "region", "Enter the state"),
        ({"phone": "call me"}, "phone", "Enter a telephone number"),
        ({"line2": "x" * 121}, "line2", "Shorten this"),
        ({"name": "Ada\nBcc: everyone"}, "name", "on one line"),
        ({"city": "Par\x00is"}, "city", "on one line"),
    ],
)
def test_each_problem_is_found_at_its_field(
    changes: dict[str, str], field: str, sentence: str
) -> None:
    found = check_address(replace(PARIS, **changes))
    assert list(found) == [field]
    assert sentence in found[field]


def test_all_problems_are_told_at_once() -> None:
    empty = Address(name="", line1="", city="", postcode="", country="FR")
    assert set(check_address(empty)) == {"name", "line1", "city", "postcode"}


@pytest.mark.parametrize("country", sorted(POSTCODES))
def test_every_example_is_a_postcode_of_its_country(country: str) -> None:
    example = POSTCODES[country][1]
    address = replace(PARIS, country=country, postcode=example, region="Somewhere")
    assert "postcode" not in check_address(address)
