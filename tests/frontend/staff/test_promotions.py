"""Staff make promotions, read what they do in plain words, and try them on a basket."""

import pytest
from django.test import Client

from modules.kernel.money import Money
from modules.promotions.contracts import Conditions, Tier
from modules.promotions.selectors import promotion, versions, vouchers
from tests.frontend.staff.people import Page, signed_in, text
from tests.promotions.offering import promote, voucher
from tests.support.trade import CARD, PRINT

NEW = {
    "code": "prints",
    "label": "Prints for less",
    "kind": "percentage",
    "target": "lines",
    "percent": "10",
    "categories": "prints",
    "minimum_units": "3",
    "valid_until": "2030-12-31T00:00",
    "exclusive": "yes",
    "priority": "50",
    "seen": "0",
}


def save(client: Client, **changes: str) -> Page:
    return client.post("/staff/promotions/new/", {**NEW, **changes})


def test_a_promotion_is_made_and_says_in_plain_words_what_it_does(staff: Client) -> None:
    assert save(staff).status_code == 303
    words = "10 % off prints from 3 pieces, until 31 December 2030, not with other offers"
    assert words in text(staff.get("/staff/promotions/prints/"))
    assert f"Prints for less prints {words}" in text(staff.get("/staff/promotions/"))
    assert promotion("prints").rule.priority == 50


def test_what_is_typed_can_be_read_in_words_before_it_is_saved(staff: Client) -> None:
    page = text(save(staff, preview="yes", percent="12.5"))
    assert "As typed it would be: 12.5 % off prints from 3 pieces" in page
    assert versions("prints") == ()


def test_saving_it_again_makes_a_version_and_keeps_the_one_before(staff: Client) -> None:
    save(staff)
    changed = {**NEW, "percent": "15", "seen": "1"}
    assert staff.post("/staff/promotions/prints/", changed).status_code == 303
    assert [each.rule.rate_millionths for each in versions("prints")] == [150_000, 100_000]


def test_two_people_at_once_do_not_overwrite_each_other(staff: Client) -> None:
    save(staff)
    staff.post("/staff/promotions/prints/", {**NEW, "percent": "15", "seen": "1"})
    response = staff.post("/staff/promotions/prints/", {**NEW, "percent": "20", "seen": "1"})
    assert response.status_code == 409
    assert "Somebody saved version 2 since you opened the page" in text(response)


def test_every_kind_can_be_typed(staff: Client) -> None:
    save(staff, kind="fixed", target="order", amount_EUR="5.00", amount_JPY="800", code="five")
    assert promotion("five").rule.amounts == (Money(500, "EUR"), Money(800, "JPY"))
    save(staff, kind="buy-get", buy="2", get="1", percent="100", code="three")
    assert (promotion("three").rule.buy, promotion("three").rule.get) == (2, 1)
    save(staff, kind="tiered", from_1="3", off_1="5", from_2="10", off_2="15", code="more")
    assert promotion("more").rule.tiers == (
        Tier(from_units=3, rate_millionths=50_000),
        Tier(from_units=10, rate_millionths=150_000),
    )
    assert 'value="15"' in staff.get("/staff/promotions/more/").content.decode()


def test_steps_may_begin_at_an_amount_and_take_off_one(staff: Client) -> None:
    typed = {
        "from_1": "3, 20 EUR",
        "off_1": "5 EUR, 800 JPY",
        "from_2": "3, 50 eur",
        "off_2": "10 %",
    }
    assert save(staff, kind="tiered", code="worth", **typed).status_code == 303
    assert promotion("worth").rule.tiers == (
        Tier(
            from_units=3,
            from_amounts=(Money(2_000, "EUR"),),
            amounts=(Money(500, "EUR"), Money(800, "JPY")),
        ),
        Tier(from_units=3, from_amounts=(Money(5_000, "EUR"),), rate_millionths=100_000),
    )
    page = staff.get("/staff/promotions/worth/").content.decode()
    assert all(f'value="{each}"' in page for each in ("3, 20.00 EUR", "5.00 EUR, 800 JPY"))


def test_conditions_can_be_typed(staff: Client) -> None:
    save(staff, groups="press, trade", countries="fr, be", minimum_EUR="50", first_order="yes")
    found = promotion("prints").rule.conditions
    expected = Conditions(
        categories=("prints",),
        minimum_units=3,
        minimum=(Money(5_000, "EUR"),),
        groups=("press", "trade"),
        countries=("FR", "BE"),
        first_order=True,
        valid_until=found.valid_until,
    )
    assert found == expected


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"percent": "ten"}, "“ten” is not a percentage; write it like 12.5"),
        ({"percent": "101"}, "Choose a percentage above 0 and up to 100"),
        ({"percent": ""}, "Choose a percentage above 0"),
        ({"label": " "}, "Give it a name"),
        ({"kind": "fixed"}, "Give one amount for each currency"),
        ({"minimum_EUR": "1,50"}, "is not an amount; write it like 12.90"),
        ({"minimum_units": "-1"}, "“-1” is not a whole number"),
        ({"valid_from": "soon"}, "“soon” is not a time"),
        ({"valid_from": "2031-01-01T00:00"}, "It would end before it begins"),
        ({"countries": "France"}, "two capital letters"),
        ({"code": "no spaces"}, "letters, digits and hyphens"),
        ({"campaign": "none"}, "There is no campaign"),
        ({"kind": "tiered", "from_1": "many", "off_1": "5"}, "“many” is neither pieces nor an"),
        ({"kind": "tiered", "from_1": "1", "off_1": "x EUR"}, "is not an amount"),
        ({"kind": "magic"}, "This form is out of date"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_and_stays_typed(
    staff: Client, typed: dict[str, str], words: str
) -> None:
    response = save(staff, **typed)
    assert response.status_code == 409
    assert words in text(response)
    assert "prints" in response.content.decode()
    assert versions("prints") == ()


def test_a_promotion_is_paused_resumed_and_withdrawn(staff: Client) -> None:
    promote(off=10)
    for action, status in (("pause", "paused"), ("resume", "running"), ("withdraw", "withdrawn")):
        staff.post(f"/staff/promotions/spring/{action}/")
        assert promotion("spring").status == status
    assert staff.post("/staff/promotions/spring/resume/").status_code == 409


def test_vouchers_are_made_by_name_or_at_random(staff: Client) -> None:
    voucher("SPRING10")
    address = "/staff/promotions/spring/vouchers/"
    assert staff.post(address, {"voucher": "may-5", "limit": "", "count": "1"}).status_code == 303
    assert staff.post(address, {"count": "3", "limit": "1"}).status_code == 303
    found = vouchers("spring")
    assert {each.code for each in found} >= {"SPRING10", "MAY5"}
    assert len(found) == 5
    assert "MAY5" in text(staff.get("/staff/promotions/spring/"))


def test_a_basket_is_tried_and_each_promotion_says_whether_and_why(staff: Client) -> None:
    promote(label="Prints", off=10, skus=(PRINT,))
    promote("cards", label="Cards", off=50, skus=(CARD,), minimum_units=9)
    page = text(
        staff.get("/staff/promotions/try/", {"sku_1": PRINT, "quantity_1": "2", "sku_2": "NOPE"})
    )
    assert "Prints -€6.67" in page
    assert "Total €64.89" in page
    assert "Prints spring v1 yes" in page
    assert "Cards cards v1 no no piece in the basket is part of it" in page
    assert "Nothing with this SKU has a price here" in page


@pytest.mark.parametrize("role", ["customer", "auditor"])
def test_nobody_else_sees_or_changes_promotions(role: str, shop: None) -> None:
    client = signed_in(role)
    for address in ("/staff/promotions/", "/staff/promotions/new/", "/staff/promotions/try/"):
        assert client.get(address).status_code == 403
    assert save(client).status_code == 403
    assert client.post("/staff/promotions/prints/withdraw/").status_code == 403
