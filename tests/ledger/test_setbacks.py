"""What is booked when money is taken back from the shop, and of gift cards."""

from uuid import UUID

import pytest

from modules.giftcards.commands import issue_gift_card
from modules.giftcards.contracts import IssueGiftCard
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.ledger.domain import facts
from modules.ledger.domain.book import Book
from modules.ledger.domain.posting import post
from tests.ledger.books import booked

PAYMENT, ORDER, DISPUTE = new_id(), new_id(), new_id()


def after(*told: facts.Fact) -> dict[str, int]:
    """What the accounts hold after these facts of one payment, in minor units."""
    book = Book()
    requested = facts.Requested(reference=ORDER, currency="EUR", provider="stripe")
    held: dict[str, int] = {}
    for fact in (requested, *told):
        entry = post(book, fact, PAYMENT, ORDER)
        for leg in entry.legs if entry else ():
            held[leg.account] = held.get(leg.account, 0) + leg.millionths // 1_000_000
    return {account: amount for account, amount in held.items() if amount}


def captured(amount: int, capture_id: UUID | None = None) -> facts.Captured:
    return facts.Captured(
        reference=ORDER, currency="EUR", amount_minor=amount, capture_id=capture_id or new_id()
    )


def disputed[F: facts.DisputeFact](kind: type[F]) -> F:
    return kind(reference=ORDER, currency="EUR", amount_minor=1_000, dispute_id=DISPUTE)


def test_what_is_charged_back_is_in_dispute_and_not_at_the_provider() -> None:
    assert after(captured(1_000), disputed(facts.ChargedBack)) == {
        "disputes": 1_000,
        "receivable": -1_000,
    }


def test_a_dispute_that_is_won_leaves_no_trace_in_the_balance() -> None:
    told = captured(1_000), disputed(facts.ChargedBack), disputed(facts.ChargeBackReversed)
    assert after(*told) == after(captured(1_000))


def test_a_dispute_that_is_lost_is_owed_by_who_bought() -> None:
    told = captured(1_000), disputed(facts.ChargedBack), disputed(facts.ChargeBackLost)
    assert after(*told) == {}


def test_a_refund_that_came_back_is_the_customers() -> None:
    refund_id = new_id()
    told = (
        captured(1_000),
        facts.Refunded(reference=ORDER, currency="EUR", amount_minor=400, refund_id=refund_id),
        facts.RefundReversed(
            reference=ORDER, currency="EUR", amount_minor=400, refund_id=refund_id
        ),
    )
    assert after(*told) == {"clearing:stripe": 1_000, "receivable": -1_000}


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_a_gift_card_that_staff_issue_is_owed() -> None:
    issue_gift_card(IssueGiftCard(amount=Money(5_000, "EUR")))
    assert booked() == {"discounts": 5_000, "gift-cards": -5_000}
