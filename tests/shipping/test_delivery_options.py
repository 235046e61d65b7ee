"""Where the shop delivers, how, for how much and by when."""

from dataclasses import replace
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from modules.kernel.money import Money
from modules.shipping.commands import save_defaults, save_zones
from modules.shipping.contracts import NotDeliverable, SaveRate, SaveZone, ZoneRefused
from modules.shipping.domain import defaults
from modules.shipping.selectors import countries, delivery_option, delivery_options

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 3, 6)


@pytest.fixture(autouse=True)
def _delivery(db: None) -> None:
    save_defaults()


def test_a_basket_at_home_is_delivered_in_three_ways() -> None:
    options = delivery_options("FR", "EUR", 2000, FRIDAY)
    assert [(each.method_code, each.charge) for each in options] == [
        ("standard", Money(490, "EUR")),
        ("express", Money(990, "EUR")),
        ("pickup", Money(0, "EUR")),
    ]


@pytest.mark.parametrize(("goods", "charge"), [(5999, 490), (6000, 0), (100_000, 0)])
def test_delivery_is_free_from_its_threshold_on(goods: int, charge: int) -> None:
    assert delivery_option("FR", "EUR", "standard", goods).charge == Money(charge, "EUR")


def test_a_parcel_rests_over_the_weekend() -> None:
    express = delivery_option("FR", "EUR", "express", 2000, FRIDAY)
    assert (express.earliest, express.latest) == (date(2026, 3, 9), date(2026, 3, 9))
    standard = delivery_option("FR", "EUR", "standard", 2000, FRIDAY)
    assert (standard.earliest, standard.latest) == (date(2026, 3, 10), date(2026, 3, 11))


@pytest.mark.parametrize("currency", ["EUR", "GBP", "JPY"])
@pytest.mark.parametrize("country", ["FR", "DE", "GB", "US"])
def test_every_zone_has_rates_in_every_currency(country: str, currency: str) -> None:
    options = delivery_options(country, currency, 1000)
    assert {each.method_code for each in options} >= {"standard", "express"}
    assert {each.charge.currency for each in options} == {currency}


@pytest.mark.parametrize(
    ("country", "currency", "method"),
    [
        ("KP", "EUR", "standard"),
        ("DE", "EUR", "pickup"),
        ("FR", "USD", "standard"),
        ("", "EUR", ""),
    ],
)
def test_what_is_not_offered_is_refused_with_what_to_do(
    country: str, currency: str, method: str
) -> None:
    with pytest.raises(NotDeliverable, match="hoose another") as refusal:
        delivery_option(country, currency, method, 1000)
    assert refusal.value.fields == {"country": country, "method_code": method}


def test_countries_are_listed_by_name_with_an_example_of_their_postcodes() -> None:
    listed = countries()
    assert [country.name for country in listed] == sorted(country.name for country in listed)
    france = next(country for country in listed if country.code == "FR")
    assert (france.name, france.postcode_example) == ("France", "75011")


def test_saving_the_defaults_again_keeps_every_version() -> None:
    save_defaults()
    options = delivery_options("FR", "EUR", 2000)
    assert {each.rule_version for each in options} == {1}


def test_a_changed_rate_is_a_new_version_and_one_left_out_is_gone() -> None:
    home = defaults.ZONES[0]
    dearer = replace(home.rates[0], charge=Money(590, "EUR"))
    save_zones([replace(home, rates=(dearer,))])
    options = delivery_options("FR", "EUR", 2000)
    assert [(each.charge.minor, each.rule, each.rule_version) for each in options] == [
        (590, "FR.standard.EUR", 2)
    ]


def test_a_country_lies_in_one_zone() -> None:
    with pytest.raises(ZoneRefused, match="keep it in one"):
        save_zones([SaveZone(code="DACH", name="", countries=("DE",), rates=())])


def test_a_rate_names_a_method_that_exists() -> None:
    rate = SaveRate(method_code="drone", charge=Money(1, "EUR"), days_min=1, days_max=1)
    with pytest.raises(ZoneRefused, match="save the method first"):
        save_zones([SaveZone(code="X", name="", countries=("KP",), rates=(rate,))])


def test_options_are_read_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        delivery_options("FR", "EUR", 2000)
