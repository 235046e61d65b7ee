"""Stripe's own books, its balance transactions, are held against the shop's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from events import follower
from modules.kernel import clock
from modules.kernel.identity import derived_id, new_id
from modules.ledger.reconciling import with_provider
from modules.ledger.selectors import cases, reconcilable, trial_balance
from modules.payments.contracts import ProviderUnavailable, SettlementRecord
from modules.payments.gateways.stripe.gateway import Stripe
from tests.payments.bank import AMOUNT, found
from tests.payments.test_stripe import authorised, capture, refund
from tests.support.stripe_process import StandIn

pytestmark = pytest.mark.django_db


def line(kind: str, amount: int, **fields: Any) -> dict[str, Any]:
    """A line of Stripe's that nothing of ours made, under a name of its own."""
    return {
        "id": f"txn_{new_id().hex}",
        "type": kind,
        "amount": amount,
        "fee": 0,
        "currency": "eur",
        "created": int(clock.now().timestamp()),
        "source": None,
        **fields,
    }


def lines_of(payment_id: UUID) -> list[SettlementRecord]:
    name = found(payment_id).provider_reference
    return [each for each in Stripe().settlements(None) if each.provider_reference == name]


def said(*wanted: dict[str, Any]) -> list[SettlementRecord]:
    """What the shop reads of these lines, in their order."""
    every = {each.id: each for each in Stripe().settlements(None)}
    return [every[each["id"]] for each in wanted]


def test_a_capture_and_a_refund_are_lines_with_our_own_ids(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    capture_id = capture(payment_id)
    refund(payment_id, 2_500)
    by_kind = {each.kind: each for each in lines_of(payment_id)}
    assert by_kind.keys() == {"charge", "refund"}
    charge, back = by_kind["charge"], by_kind["refund"]
    assert (charge.amount_minor, charge.payment_id, charge.operation_id) == (
        AMOUNT,
        payment_id,
        capture_id,
    )
    (asked,) = found(payment_id).refunds
    assert (back.amount_minor, back.payment_id, back.operation_id) == (2_500, payment_id, asked.id)
    assert {charge.currency, back.currency} == {"EUR"}


def test_its_fee_is_a_line_of_its_own(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    capture(payment_id)
    (charge,) = lines_of(payment_id)
    fees = [each for each in Stripe().settlements(None) if each.id == f"{charge.id}:fee"]
    assert [(each.kind, each.amount_minor) for each in fees] == [("fee", AMOUNT * 2 // 100)]


def test_what_left_the_account_otherwise_is_said_as_what_it_is(stripe: StandIn) -> None:
    dispute = {"id": "dp_1", "object": "dispute", "amount": 900, "currency": "eur"}
    dispute |= {"status": "needs_response", "payment_intent": "pi_1"}
    wanted = (
        line("payout", -10_000, source="po_1"),
        line("stripe_fee", -30),
        line("adjustment", -900, source=dispute),
        line("charge", 1_234, currency="jpy", source="ch_1"),
        line("something_new", -55),
    )
    stripe.book(*wanted)
    read = said(*wanted)
    assert [(each.kind, each.amount_minor, each.currency) for each in read] == [
        ("payout", 10_000, "EUR"),
        ("fee", 30, "EUR"),
        ("dispute", 900, "EUR"),
        ("charge", 1_234, "JPY"),
        ("refund", 55, "EUR"),
    ]
    assert read[2].operation_id == derived_id("stripe.dispute", "dp_1")
    assert read[2].provider_reference == "pi_1"


def test_lines_are_read_page_by_page_and_since_a_moment(stripe: StandIn) -> None:
    now = clock.now()
    old = line("payout", -1, created=int((now - timedelta(days=400)).timestamp()))
    new = [line("payout", -n) for n in range(1, 12)]
    stripe.book(old, *new)
    names = [each.id for each in Stripe().settlements(now - timedelta(days=1))]
    assert {each["id"] for each in new} <= set(names)
    assert old["id"] not in names
    assert len(names) == len(set(names))


def test_no_answer_is_said_and_nothing_is_guessed(stripe: StandIn, settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnavailable):
        list(Stripe().settlements(None))


def test_the_books_agree_with_stripe_and_a_second_look_adds_nothing(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    capture(payment_id)
    refund(payment_id, 2_500)
    follower.catch_up()
    assert "stripe" in reconcilable()
    with_provider("stripe", grace=timedelta())
    follower.catch_up()
    name = found(payment_id).provider_reference
    assert [each for each in cases() if name in each.evidence.values()] == []
    fees = {each.account.name: each.amount for each in trial_balance().balances}["fees"]
    assert fees > 0
    again = with_provider("stripe", grace=timedelta())
    assert (again.booked, again.opened) == (0, 0)
