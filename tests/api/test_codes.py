"""Vouchers and gift cards over the API, with a limit to guessing and one answer to every guess."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from modules.giftcards.commands import issue_gift_card
from modules.giftcards.contracts import IssueGiftCard
from modules.kernel.money import Money
from modules.promotions.commands import set_status
from modules.promotions.contracts import SetStatus
from tests.api.conftest import Caller
from tests.promotions.offering import voucher
from tests.support.moments import between_turns
from tests.support.trade import PRINT, open_shop


@pytest.fixture(autouse=True)
def _shop(db: None) -> Iterator[None]:
    cache.clear()
    open_shop()
    yield
    cache.clear()


def filled(guest: Caller) -> tuple[str, Caller]:
    made = guest("POST", "/api/carts", {}).json
    holder = Caller(guest.client, **{"X-Cart-Token": made["token"]})
    path = f"/api/carts/{made['id']}"
    assert holder("POST", f"{path}/lines", {"sku": PRINT, "quantity": 3}).status == 201
    return path, holder


def test_a_voucher_is_entered_seen_and_taken_out(guest: Caller) -> None:
    voucher()
    path, holder = filled(guest)
    found: dict[str, Any] = holder("POST", f"{path}/codes", {"code": "spring-10"}).json
    assert found["totals"]["total_minor"] == 9_999 - 1_000 + 490
    assert [each["amount_minor"] for each in found["discounts"]] == [1_000]
    assert found["codes"] == [{"code": "SPRING10", "label": "Spring", "problem": ""}]
    after = holder("DELETE", f"{path}/codes/SPRING10").json
    assert (after["codes"], after["totals"]["total_minor"]) == ([], 9_999 + 490)


def test_a_gift_card_leaves_less_to_pay(guest: Caller) -> None:
    card = issue_gift_card(IssueGiftCard(amount=Money(2_000, "EUR")))
    path, holder = filled(guest)
    found = holder("POST", f"{path}/codes", {"code": card.code}).json
    assert found["left_minor"] == found["totals"]["total_minor"] - 2_000
    left = holder("DELETE", f"{path}/codes/{found['gift_cards'][0]['code']}").json
    assert left["gift_cards"] == []


def test_every_wrong_code_gets_the_same_answer(guest: Caller) -> None:
    voucher("PAUSED10", "paused")
    set_status(SetStatus(code="paused", status="paused"))
    path, holder = filled(guest)
    answers = [
        holder("POST", f"{path}/codes", {"code": code}) for code in ("NEVERWAS", "PAUSED10", "€€€")
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.json["detail"] for answer in answers}) == 1


@between_turns()
def test_check_14_guessing_ends_for_a_basket_and_for_an_address(guest: Caller) -> None:
    voucher()
    statuses: list[int] = []
    for _ in range(4):
        path, holder = filled(guest)
        statuses += [
            holder("POST", f"{path}/codes", {"code": f"GUESS{n}"}).status for n in range(11)
        ]
    assert statuses[:11] == [404] * 10 + [429]
    # After thirty wrong ones the address may not even enter a right one, in whatever basket.
    path, holder = filled(guest)
    answer = holder("POST", f"{path}/codes", {"code": "SPRING10"})
    assert (answer.status, answer.code) == (429, "too-many-tries")
    assert 1 <= int(answer.headers["Retry-After"]) <= 600
