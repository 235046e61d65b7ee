"""Every entry that an order and its payments make: all its legs, and what it is about."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from modules.ledger.domain import facts
from modules.ledger.domain.book import Book
from modules.ledger.domain.entries import Entry
from modules.ledger.domain.posting import post

ORDER, PAYMENT, OPERATION, PARCEL = (UUID(int=n) for n in range(1, 5))
TAX = "tax:FR:20"
BOUGHT: tuple[facts.Fact, ...] = (
    # Two units of 5.00 net each, 2.00 taken off of them, and delivery of 5.00, 1.00 of it off.
    facts.Placed(
        "CF-1",
        facts.QuoteFact(
            currency="EUR",
            tax_included=False,
            total_minor=1_440,
            lines=(facts.QuotedPart(200, 800, 160, 960, "FR", 200_000, "S", 2),),
            delivery=facts.QuotedPart(100, 400, 80, 480, "FR", 200_000),
        ),
    ),
    facts.Requested(ORDER, "EUR", "stripe"),
    facts.Authorised(ORDER, "pi_1"),
)
CAPTURED = facts.Captured(ORDER, "EUR", 1_440, OPERATION)
CHARGED_BACK = facts.ChargedBack(ORDER, "EUR", 500, OPERATION)


def units(quantity: int) -> tuple[facts.UnitsFact, ...]:
    return (facts.UnitsFact("S", quantity, 480 * quantity, 80 * quantity),)


ONE_SENT, BOTH_SENT = (facts.Shipped(PARCEL, units(n)) for n in (1, 2))


def refunded(amount: int) -> facts.Refunded:
    return facts.Refunded(ORDER, "EUR", amount, OPERATION)


def last(told: Sequence[facts.Fact]) -> Entry | None:
    """Books all of it; returns the entry of the last."""
    book, made = Book(), None
    for fact in told:
        made = post(book, fact, PAYMENT, ORDER)
    return made


def legs(*told: facts.Fact) -> dict[str, int]:
    entry = last((*BOUGHT, *told))
    return {leg.account: leg.millionths // 1_000_000 for leg in entry.legs} if entry else {}


def balances(*told: facts.Fact) -> dict[str, int]:
    """What all accounts hold in the end."""
    book, held = Book(), dict[str, int]()
    for fact in (*BOUGHT, *told):
        entry = post(book, fact, PAYMENT, ORDER)
        for leg in entry.legs if entry else ():
            held[leg.account] = held.get(leg.account, 0) + leg.millionths // 1_000_000
    return {account: amount for account, amount in held.items() if amount}


def test_a_parcel_sells_its_units_and_the_first_one_the_delivery() -> None:
    assert legs(ONE_SENT) == {
        "receivable": 480 + 480,
        "discounts": 100 + 100,
        "revenue": -500,
        "shipping": -500,
        TAX: -160,
    }
    assert legs(ONE_SENT, ONE_SENT) == {
        "receivable": 480,
        "discounts": 100,
        "revenue": -500,
        TAX: -80,
    }


def test_units_that_no_line_has_are_sold_at_no_rate() -> None:
    unknown = facts.Shipped(PARCEL, (facts.UnitsFact("T", 1, 120, 20),))
    assert legs(ONE_SENT, unknown) == {"receivable": 120, "revenue": -100, "tax:unknown": -20}


def test_what_is_captured_is_with_the_provider_and_owed_no_more() -> None:
    assert legs(CAPTURED) == {"clearing:stripe": 1_440, "receivable": -1_440}
    assert balances(BOTH_SENT, CAPTURED) == {
        "clearing:stripe": 1_440,
        "discounts": 300,
        "revenue": -1_000,
        "shipping": -500,
        TAX: -240,
    }


def test_a_refund_takes_back_the_tax_of_what_was_sold() -> None:
    assert legs(BOTH_SENT, CAPTURED, refunded(144)) == {
        "refunds": 120,
        TAX: 24,
        "clearing:stripe": -144,
    }


def test_a_refund_of_more_than_the_order_is_worth_is_a_repayment() -> None:
    cancelled = facts.Cancelled(units(1), 480)
    assert legs(CAPTURED, cancelled, refunded(480)) == {"receivable": 480, "clearing:stripe": -480}


def test_a_reduction_of_an_order_that_ends_becomes_a_repayment() -> None:
    ended = facts.Ended(units(2), 1_440)
    assert legs(CAPTURED, refunded(144), ended) == {"receivable": 144, "refunds": -120, TAX: -24}
    assert legs(CAPTURED, ended) == {}
    assert balances(CAPTURED, refunded(144), ended, refunded(1_296)) == {}


def test_a_refund_that_comes_back_is_the_customers_again() -> None:
    back = facts.RefundReversed(ORDER, "EUR", 144, OPERATION)
    sent = (BOTH_SENT, CAPTURED, refunded(144))
    assert legs(*sent, back) == {"clearing:stripe": 144, "receivable": -144}
    assert balances(*sent, back) == {
        "clearing:stripe": 1_440,
        "receivable": -144,
        "refunds": 120,
        "discounts": 300,
        "revenue": -1_000,
        "shipping": -500,
        TAX: -216,
    }
    # Given back once more it is a repayment, and nothing is taken off the sale a second time.
    assert legs(*sent, back, refunded(144)) == {"receivable": 144, "clearing:stripe": -144}


def test_a_dispute_takes_the_money_and_its_end_decides_whose_it_is() -> None:
    won = facts.ChargeBackReversed(ORDER, "EUR", 500, OPERATION)
    lost = facts.ChargeBackLost(ORDER, "EUR", 500, OPERATION)
    assert legs(CAPTURED, CHARGED_BACK) == {"disputes": 500, "clearing:stripe": -500}
    assert legs(CAPTURED, CHARGED_BACK, won) == {"clearing:stripe": 500, "disputes": -500}
    assert legs(CAPTURED, CHARGED_BACK, lost) == {"receivable": 500, "disputes": -500}
    # What was lost did not come in: nothing of it is left to be given back as too much.
    cancelled = facts.Cancelled(units(1), 480)
    lost_half = (BOTH_SENT, CAPTURED, CHARGED_BACK, lost, cancelled)
    assert legs(*lost_half, refunded(100))["refunds"] == 83


@pytest.mark.parametrize(
    ("told", "kind", "memo"),
    [
        ((ONE_SENT,), "sale", "Parcel sent"),
        (
            (CAPTURED, refunded(9), facts.Ended(units(2), 9)),
            "refund",
            "Reduction became a repayment",
        ),
        ((CAPTURED,), "capture", "Payment captured"),
        ((CAPTURED, refunded(9)), "refund", "Payment refunded"),
        ((facts.RefundReversed(ORDER, "EUR", 9, OPERATION),), "refund", "Refund came back"),
        ((CHARGED_BACK,), "dispute", "Charged back"),
        ((facts.ChargeBackReversed(ORDER, "EUR", 9, OPERATION),), "dispute", "Dispute won"),
        ((facts.ChargeBackLost(ORDER, "EUR", 9, OPERATION),), "dispute", "Dispute lost"),
    ],
)
def test_an_entry_says_in_words_what_happened(
    told: tuple[facts.Fact, ...], kind: str, memo: str
) -> None:
    entry = last((*BOUGHT, *told))
    assert entry
    assert (entry.kind, entry.memo) == (kind, f"{memo}, order CF-1")
    assert (entry.order_id, entry.number) == (ORDER, "CF-1")
    assert {leg.currency for leg in entry.legs} == {"EUR"}


@pytest.mark.parametrize(
    ("told", "operation", "amount"),
    [
        ((CAPTURED,), OPERATION, 1_440),
        ((CAPTURED, refunded(9)), OPERATION, 9),
        ((CHARGED_BACK,), OPERATION, 500),
        ((facts.RefundReversed(ORDER, "EUR", 9, OPERATION),), None, None),
        ((facts.ChargeBackReversed(ORDER, "EUR", 9, OPERATION),), None, None),
        ((facts.ChargeBackLost(ORDER, "EUR", 9, OPERATION),), None, None),
    ],
)
def test_an_entry_of_a_payment_names_it_as_the_provider_does(
    told: tuple[facts.Fact, ...], operation: UUID | None, amount: int | None
) -> None:
    entry = last((*BOUGHT, *told))
    assert entry
    assert (entry.payment_id, entry.provider, entry.provider_reference) == (
        PAYMENT,
        "stripe",
        "pi_1",
    )
    # Held against the provider's own books, where these have a line of it.
    assert (entry.operation_id, entry.amount_minor) == (operation, amount)
    assert entry.currency == ("EUR" if operation else "")


def test_before_an_order_is_known_its_money_is_booked_without_its_number() -> None:
    entry = last((facts.Requested(ORDER, "EUR", "invoice"), CAPTURED))
    assert entry
    assert (entry.memo, entry.number) == ("Payment captured", "")
    assert {leg.account for leg in entry.legs} == {"bank", "receivable"}
    unknown = last((CAPTURED,))
    assert unknown
    assert (unknown.provider, unknown.provider_reference) == ("", "")
    assert {leg.account for leg in unknown.legs} == {"clearing:unknown", "receivable"}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        *[(each, each) for each in ("fee", "payout", "dispute", "gift-card", "rounding")],
        ("correction", "correction"),
    ],
)
def test_a_booking_is_entered_as_it_was_recorded(reason: str, kind: str) -> None:
    moved = (facts.BookedLeg("fees", 30), facts.BookedLeg("clearing:stripe", -30))
    entry = last([facts.Booked(reason, "A fee", "EUR", moved, "stripe", ORDER, "CF-1", 0)])
    assert entry
    assert (entry.kind, entry.memo, entry.provider) == (kind, "A fee", "stripe")
    assert (entry.order_id, entry.number) == (ORDER, "CF-1")
    assert [(leg.account, leg.currency, leg.millionths) for leg in entry.legs] == [
        ("fees", "EUR", 30_000_000),
        ("clearing:stripe", "EUR", -30_000_000),
    ]
