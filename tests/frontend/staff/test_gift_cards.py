"""Staff issue gift cards; a code is shown once and a card can be blocked."""

import re

import pytest
from django.test import Client

from modules.giftcards.commands import redeem
from modules.giftcards.contracts import RedeemGiftCard
from modules.giftcards.selectors import card_by_code, movements, newest_cards
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from tests.frontend.staff.people import Page, text
from tests.ledger.books import booked

ADDRESS = "/staff/gift-cards/"


def issue(client: Client, **changes: str) -> Page:
    return client.post(ADDRESS, {"amount": "25.00", "currency": "EUR", "note": "Sold", **changes})


def test_a_card_is_issued_and_its_code_is_shown_this_once(staff: Client) -> None:
    found = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", text(issue(staff)))
    assert found
    card = card_by_code(found.group())
    assert card is not None
    assert card.balance == Money(2_500, "EUR")
    assert found.group() not in text(staff.get(ADDRESS))


def test_a_blocked_card_opens_no_more(staff: Client) -> None:
    code = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", text(issue(staff)))
    assert code
    staff.post(ADDRESS, {"block": str(newest_cards()[0].id)})
    assert card_by_code(code.group()) is None
    assert "blocked" in text(staff.get(ADDRESS))


def test_a_sold_card_is_owed_untaxed_and_taking_it_back_gives_the_money_back(
    staff: Client,
) -> None:
    issue(staff, sold="yes")
    assert booked() == {"bank": 2_500, "gift-cards": -2_500}
    assert "sold: Sold" in text(staff.get(ADDRESS))
    (card,) = newest_cards()
    for _ in range(2):
        answer = staff.post(ADDRESS, {"void": str(card.id)})
    assert "Only a card with which nothing was paid" in text(answer)
    assert {name: amount for name, amount in booked().items() if amount} == {}
    (card,) = newest_cards()
    assert (card.balance.minor, card.blocked) == (0, True)
    assert [each.kind for each in movements(card.id)] == ["issued", "voided"]


def test_a_card_that_paid_for_something_is_not_taken_back(staff: Client) -> None:
    issue(staff, sold="yes")
    (card,) = newest_cards()
    redeem(RedeemGiftCard(card_id=card.id, reference=new_id(), amount_minor=1, currency="EUR"))
    answer = staff.post(ADDRESS, {"void": str(card.id)})
    assert answer.status_code == 409
    assert newest_cards()[0].balance.minor == 2_499
    assert "Take back" not in text(staff.get(ADDRESS))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "lots"}, "is not an amount"),
        ({"amount": "0"}, "Choose an amount above zero"),
        ({"amount": "1.999"}, "EUR has 2 decimals"),
        ({"currency": "XXX"}, "one of the shop's currencies"),
        ({"valid_until": "2001-01-01T00:00"}, "an end that is still to come"),
        ({"valid_until": "never"}, "is not a time"),
    ],
)
def test_what_no_card_can_be_is_refused_in_words(
    staff: Client, typed: dict[str, str], words: str
) -> None:
    response = issue(staff, **typed)
    assert response.status_code == 409
    assert words in text(response)
    assert newest_cards() == ()
