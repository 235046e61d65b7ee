"""Staff give promotions a budget, in uses or in money, and see what is spent of it."""

from typing import Any

import pytest
from django.test import Client

from modules.checkout.commands import place_order
from modules.promotions.commands import save_promotion
from modules.promotions.contracts import Campaign, SavePromotion
from modules.promotions.selectors import campaigns, promotion
from tests.frontend.staff.people import signed_in, text
from tests.promotions.offering import rule
from tests.support.trade import checkout, fill_basket

NEW = {"code": "winter", "title": "Winter", "currency": "EUR", "budget": "100.00"}


def save(client: Client, **changes: str) -> Any:
    return client.post("/staff/promotions/campaigns/", {**NEW, **changes})


def test_a_campaign_is_made_in_money_or_in_uses(staff: Client) -> None:
    assert save(staff).status_code == 303
    save(staff, code="may", title="May", currency="", budget="50")
    assert campaigns() == (
        Campaign(code="may", title="May", budget=50, spent=0, currency=""),
        Campaign(code="winter", title="Winter", budget=10_000, spent=0, currency="EUR"),
    )
    page = text(staff.get("/staff/promotions/campaigns/"))
    assert "0.00 of 100.00 EUR spent" in page
    assert "0 of 50 uses spent" in page


def test_what_is_spent_is_shown_and_a_budget_may_grow_but_not_below_it(staff: Client) -> None:
    save(staff)
    save_promotion(SavePromotion(code="spring", rule=rule(off=10), campaign="winter"))
    place_order(checkout(fill_basket(prints=1)))
    assert "3.33 of 100.00 EUR spent" in text(staff.get("/staff/promotions/campaigns/"))
    refused = save(staff, budget="3.32")
    assert refused.status_code == 409
    assert "are spent already" in text(refused)
    assert save(staff, title="Long winter", budget="200").status_code == 303
    assert [(each.title, each.budget) for each in campaigns()] == [("Long winter", 20_000)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"budget": "much"}, "is not an amount"),
        ({"budget": "-1.00"}, "allow more"),
        ({"currency": "", "budget": "1.5"}, "“1.5” is not a whole number"),
        ({"code": "no spaces"}, "letters, digits and hyphens"),
        ({"code": "try"}, "choose another code"),
        ({"title": " "}, "Give it a name"),
        ({"currency": "CHF"}, "This form is out of date"),
    ],
)
def test_what_cannot_be_a_campaign_is_refused_and_stays_typed(
    staff: Client, typed: dict[str, str], words: str
) -> None:
    response = save(staff, **typed)
    assert response.status_code == 409
    assert words.lower() in text(response).lower()
    assert campaigns() == ()


def test_a_campaign_keeps_the_unit_of_its_budget(staff: Client) -> None:
    save(staff)
    assert "keeps the unit" in text(save(staff, currency="", budget="5"))


def test_a_promotion_is_put_into_a_campaign_by_choosing_it(staff: Client) -> None:
    save(staff)
    rule = {"code": "ten", "label": "Ten", "kind": "percentage", "target": "lines", "percent": "10"}
    staff.post("/staff/promotions/new/", {**rule, "campaign": "winter", "seen": "0"})
    assert promotion("ten").campaign == "winter"
    page = staff.get("/staff/promotions/ten/").content.decode()
    assert '<option value="winter" selected>Winter</option>' in page


@pytest.mark.django_db
def test_only_staff_see_campaigns() -> None:
    assert signed_in("customer").get("/staff/promotions/campaigns/").status_code == 403
