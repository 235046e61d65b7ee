"""Stripe's letters about one payment: whatever their order and number, one digest.

All 720 orders of the six are tried on what the letters are read into, each up to three times; a
sample of them goes the whole way, through the shop's address for Stripe's notifications.
"""

import itertools
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test.utils import override_settings

from events.repository import load
from modules.kernel.identity import new_id
from modules.payments.commands import capture_payment, fold_reports, refund_payment
from modules.payments.contracts import CapturePayment, RefundPayment
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold_all
from modules.payments.gateways.stripe import letters
from tests.payments.bank import AMOUNT, opened, start
from tests.payments.story import (
    ATTEMPT,
    CAPTURE,
    REFUND,
    REQUESTED,
    SECOND_REFUND,
    STARTED,
)
from tests.payments.stripe_letters import SECRET, about, event, intent, post
from tests.support.given import AN_ID, given
from tests.support.stripe_process import StandIn

MODE = override_settings(STRIPE_SECRET_KEY="sk_test_x", STRIPE_WEBHOOK_SECRETS=(SECRET,))


def six(payment_id: UUID, attempt_id: UUID, name: str) -> list[dict[str, Any]]:
    """Declined at first, authorised, captured, given back in part, that came back, disputed."""
    tags = {"payment_id": str(payment_id), "attempt_id": str(attempt_id)}
    taken = {
        "status": "succeeded",
        "amount_capturable": 0,
        "amount_received": AMOUNT,
        "metadata": {**tags, f"capture_{CAPTURE.hex}": str(AMOUNT)},
    }
    refused = {"status": "requires_payment_method", "last_payment_error": {"message": "no"}}
    refund = {"object": "refund", "currency": "eur", "payment_intent": name, "status": "succeeded"}
    back = {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    return [
        event("payment_intent.payment_failed", intent(payment_id, attempt_id, id=name, **refused)),
        event("payment_intent.amount_capturable_updated", intent(payment_id, attempt_id, id=name)),
        event("payment_intent.succeeded", intent(payment_id, attempt_id, id=name, **taken)),
        event("refund.created", refund | given_back("re_1", 1_500, REFUND, payment_id)),
        event(
            "refund.failed",
            refund | given_back("re_2", 2_500, SECOND_REFUND, payment_id) | back,
        ),
        event(
            "charge.dispute.closed",
            {
                "id": "du_1",
                "amount": 4_000,
                "currency": "eur",
                "status": "lost",
                "reason": "fraudulent",
                "payment_intent": name,
            },
        ),
    ]


def given_back(name: str, amount: int, operation_id: UUID, payment_id: UUID) -> dict[str, Any]:
    tags = {"payment_id": str(payment_id), "operation_id": str(operation_id)}
    return {"id": name, "amount": amount, "metadata": tags}


def read(said: dict[str, Any]) -> tuple[Report, ...]:
    return letters.open_letter(msgspec.json.encode(said)).reports


def ask(payment: Payment) -> None:
    """What the shop asks of Stripe as soon as the payment allows it."""
    state = payment.state
    if state.authorised_minor and not state.captures:
        payment.request_capture(CAPTURE, AMOUNT)
    if state.captured_minor and not state.refunds:
        payment.request_refund(REFUND, 1_500, "returned")
        payment.request_refund(SECOND_REFUND, 2_500, "kindness")


def digest(delivered: Iterable[Report]) -> bytes:
    payment = given(Payment, REQUESTED, STARTED).aggregate
    waiting: list[Report] = []
    for said in delivered:
        waiting.append(said)
        before = -1
        while before != payment.version:
            before = payment.version
            verdicts = fold_all(payment, waiting)
            ask(payment)
            waiting = [each for n, each in enumerate(waiting) if verdicts[n].outcome == "waiting"]
            state = payment.state
            assert state.refunded_minor + state.charged_back_minor <= state.captured_minor
            assert state.captured_minor <= state.authorised_minor <= state.amount_minor
    assert waiting == []
    return comparable(payment)


def comparable(payment: Payment) -> bytes:
    state = msgspec.structs.replace(payment.state, message="")
    return msgspec.json.encode(state, order="sorted")


@pytest.fixture(scope="module")
def said() -> Sequence[tuple[Report, ...]]:
    with MODE:
        found = [read(each) for each in six(AN_ID, ATTEMPT, "pi_1")[:5]]
    dispute = Report(
        kind="dispute-lost",
        payment_id=AN_ID,
        operation_id=UUID(int=7),
        amount_minor=4_000,
        currency="EUR",
        message="fraudulent",
    )
    return [*found, (dispute,)]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_all_720_orders_of_stripes_six_letters_agree(
    said: Sequence[tuple[Report, ...]], times: int
) -> None:
    expected = digest(report for letter in said for report in letter)
    for order in itertools.permutations(said):
        repeated = (report for letter in order for _ in range(times) for report in letter)
        assert digest(repeated) == expected


def paid_at(stripe: StandIn) -> tuple[UUID, UUID, str]:
    """A payment that Stripe authorised and the shop has not heard of: its ids, and its name."""
    attempt_id = new_id()
    step = start(opened("stripe"), attempt_id)
    stripe.pay(step.redirect_url)
    (made,) = about(stripe, step.payment_id, "payment_intent.amount_capturable_updated")
    return step.payment_id, attempt_id, made["data"]["object"]["id"]


def ask_by_command(payment_id: UUID) -> None:
    state = load(Payment, payment_id).state
    if state.authorised_minor and not state.captures:
        capture_payment(CapturePayment(payment_id=payment_id, capture_id=CAPTURE))
    if state.captured_minor and not state.refunds:
        for refund_id, amount_minor in ((REFUND, 1_500), (SECOND_REFUND, 2_500)):
            refund_payment(
                RefundPayment(
                    payment_id=payment_id,
                    refund_id=refund_id,
                    amount_minor=amount_minor,
                    reason="returned",
                )
            )


@pytest.mark.django_db
def test_a_sample_of_orders_agrees_through_the_shops_address(stripe: StandIn) -> None:
    chance = Random(720)
    digests = set()
    for _ in range(8):
        payment_id, attempt_id, name = paid_at(stripe)
        delivered = six(payment_id, attempt_id, name) * chance.choice((1, 2, 3))
        chance.shuffle(delivered)
        for each in delivered:
            assert post(each) == 204
            ask_by_command(payment_id)
        # What we asked for meanwhile is what letters were waiting for.
        fold_reports(payment_id)
        state = load(Payment, payment_id).state
        assert (state.captured_minor, state.refunded_minor) == (AMOUNT, 1_500)
        told = comparable(load(Payment, payment_id)).decode()
        for own in (attempt_id, state.reference, name, state.disputes[0].id):
            told = told.replace(str(own), "")
        digests.add(told)
    assert len(digests) == 1
