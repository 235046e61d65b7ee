"""Promotions, vouchers and campaigns over HTTP, for those who may list prices."""

from typing import Any

import pytest

from modules.kernel.money import Money
from modules.promotions.contracts import Tier
from modules.promotions.selectors import promotion, versions, vouchers
from tests.api.conftest import Caller, keyholder
from tests.promotions.offering import promote, voucher
from tests.support.trade import CARD, PRINT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

PRINTS = {
    "label": "Prints for less",
    "kind": "percentage",
    "rate_millionths": 100_000,
    "conditions": {"categories": ["prints"], "minimum_units": 3},
}


@pytest.fixture
def clerk() -> Caller:
    return keyholder("catalog:read", "prices:write")


def put(clerk: Caller, rule: dict[str, Any], **fields: Any) -> Any:
    return clerk("PUT", "/api/staff/promotions/prints", {"rule": rule, **fields})


def test_a_promotion_is_saved_read_and_said_in_words(clerk: Caller) -> None:
    saved = put(clerk, PRINTS, seen_version=0)
    assert (saved.status, saved.json["version"], saved.json["status"]) == (200, 1, "running")
    assert saved.json["summary"] == "10 % off prints from 3 pieces"
    assert saved.json["actor"].startswith("api-key:")
    assert clerk("GET", "/api/staff/promotions/prints").json == saved.json
    assert [each["code"] for each in clerk("GET", "/api/staff/promotions").json] == ["prints"]
    assert promotion("prints").rule.conditions.minimum_units == 3


def test_another_content_is_another_version_and_the_same_is_none(clerk: Caller) -> None:
    for rate in (100_000, 100_000, 150_000):
        put(clerk, {**PRINTS, "rate_millionths": rate})
    found = clerk("GET", "/api/staff/promotions/prints/versions").json
    assert [each["rule"]["rate_millionths"] for each in found] == [150_000, 100_000]
    outdated = put(clerk, {**PRINTS, "rate_millionths": 1}, seen_version=1)
    assert (outdated.status, outdated.code) == (409, "promotion-changed")
    assert len(versions("prints")) == 2


def test_steps_and_amounts_are_read_in_minor_units(clerk: Caller) -> None:
    ten, fifty = {"minor": 1_000, "currency": "EUR"}, {"minor": 5_000, "currency": "EUR"}
    step = {"from_amounts": [fifty], "amounts": [ten]}
    rule = {"label": "More", "kind": "tiered", "target": "order", "tiers": [step]}
    found = put(clerk, rule).json["rule"]["tiers"]
    assert (found[0]["from_amounts"], found[0]["amounts"]) == ([fifty], [ten])
    expected = Tier(from_amounts=(Money(5_000, "EUR"),), amounts=(Money(1_000, "EUR"),))
    assert promotion("prints").rule.tiers == (expected,)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"rate_millionths": 1_000_001}, 422),
        ({"rate_millionths": "10"}, 422),
        ({"kind": "magic"}, 422),
        ({"rate": 1}, 422),
        ({"rate_millionths": 0}, 409),
        ({"kind": "fixed"}, 409),
        ({"kind": "tiered"}, 409),
    ],
)
def test_what_cannot_be_meant_is_refused(
    clerk: Caller, changed: dict[str, Any], status: int
) -> None:
    assert put(clerk, {**PRINTS, **changed}).status == status
    assert versions("prints") == ()


def test_a_promotion_is_paused_resumed_and_withdrawn_for_good(clerk: Caller) -> None:
    put(clerk, PRINTS)
    for status in ("paused", "running", "withdrawn"):
        done = clerk("POST", "/api/staff/promotions/prints/status", {"status": status})
        assert done.json["status"] == status
    assert clerk("POST", "/api/staff/promotions/prints/status", {"status": "running"}).status == 409
    assert put(clerk, {**PRINTS, "label": "Again"}).status == 409
    assert clerk("POST", "/api/staff/promotions/none/status", {"status": "paused"}).status == 404


def test_vouchers_are_made_for_a_promotion_that_needs_one(clerk: Caller) -> None:
    voucher("SPRING10")
    address = "/api/staff/promotions/spring/vouchers"
    made = clerk("POST", address, {"count": 3, "limit": 2}).json["codes"]
    assert len(set(made)) == 3
    assert {each.limit for each in vouchers("spring") if each.code in made} == {2}
    assert clerk("POST", address, {"code": "SPRING10"}).status == 409
    promote("open", off=5)
    assert clerk("POST", "/api/staff/promotions/open/vouchers", {}).status == 409


def test_a_basket_is_tried_with_a_reason_for_each_promotion(clerk: Caller) -> None:
    put(clerk, PRINTS)
    promote("cards", off=10, skus=(CARD,))
    asked = {"lines": [{"sku": PRINT, "quantity": 3}, {"sku": "NONE-1"}]}
    tried = clerk("POST", "/api/staff/promotions/try", asked).json
    said = {each["code"]: (each["applies"], each["reason"]) for each in tried["verdicts"]}
    assert said == {
        "prints": (True, ""),
        "cards": (False, "no piece in the basket is part of it"),
    }
    assert tried["quote"]["discount_minor"] == 1_000
    assert tried["unknown"] == ["NONE-1"]


def test_a_campaign_is_made_and_its_budget_changed(clerk: Caller) -> None:
    address = "/api/staff/campaigns/winter"
    made = clerk("PUT", address, {"title": "Winter", "budget": 5_000, "currency": "EUR"})
    assert made.json == {
        "code": "winter",
        "title": "Winter",
        "budget": 5_000,
        "spent": 0,
        "currency": "EUR",
    }
    assert clerk("PUT", address, {"title": "Winter", "budget": 10}).status == 409
    clerk("PUT", address, {"title": "Winter", "budget": 9_000, "currency": "EUR"})
    assert [each["budget"] for each in clerk("GET", "/api/staff/campaigns").json] == [9_000]
    assert put(clerk, PRINTS, campaign="winter").json["campaign"] == "winter"
    assert put(clerk, PRINTS, campaign="summer").status == 409


def test_who_may_only_read_changes_nothing() -> None:
    reader = keyholder("catalog:read")
    assert reader("GET", "/api/staff/promotions").status == 200
    assert put(reader, PRINTS).status == 403
    assert keyholder("orders:read")("GET", "/api/staff/promotions").status == 403
