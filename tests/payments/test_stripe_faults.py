"""Stripe fails in all the ways that a network and a provider can: nothing is charged twice."""

from functools import partial
from uuid import UUID

import pytest

from modules.kernel.identity import new_id
from modules.payments.commands import (
    capture_payment,
    perform_outstanding,
    refund_payment,
    resolve_unknown,
    settle,
)
from modules.payments.contracts import (
    AmountRefused,
    CapturePayment,
    ProviderUnavailable,
    RefundPayment,
)
from modules.payments.gateways.stripe import service
from tests.payments.bank import AMOUNT, found, opened, start
from tests.payments.test_stripe import authorised, capture, refund
from tests.support.racing import at_once, outcomes
from tests.support.stripe_process import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own second try would hide what is to be seen here."""
    monkeypatch.setattr(service, "NETWORK_RETRIES", 0)
    service._client.cache_clear()


def asked_to_capture(payment_id: UUID) -> None:
    capture_payment(CapturePayment(payment_id=payment_id, capture_id=new_id()))


def intents(stripe: StandIn, payment_id: UUID) -> int:
    found_there = stripe.http.get("/v1/payment_intents").json()["data"]
    return sum(each["metadata"].get("payment_id") == str(payment_id) for each in found_there)


def test_fault_29_a_page_whose_address_got_lost_is_found_by_our_own_name(stripe: StandIn) -> None:
    payment_id, attempt_id = opened("stripe"), new_id()
    stripe.arrange("sessions", "lost")
    assert start(payment_id, attempt_id).redirect_url == ""
    step = resolve_unknown(payment_id)
    assert step.redirect_url.startswith(f"{stripe.base}/pay/")
    assert start(payment_id, attempt_id).redirect_url == step.redirect_url


def test_fault_29_a_capture_whose_answer_got_lost_is_one_capture(stripe: StandIn) -> None:
    asked_to_capture(payment_id := authorised(stripe))
    before = stripe.calls().get("capture", 0)
    stripe.arrange("capture", "lost")
    with pytest.raises(ProviderUnavailable):
        perform_outstanding(payment_id)
    assert found(payment_id).captured_minor == 0
    perform_outstanding(payment_id)
    assert found(payment_id).captured_minor == AMOUNT
    assert stripe.calls()["capture"] - before == 1


def test_fault_30_what_never_reached_stripe_is_payable_again(stripe: StandIn) -> None:
    payment_id = opened("stripe")
    stripe.arrange("sessions", "500")
    assert start(payment_id).status == "pending"
    assert resolve_unknown(payment_id).status == "failed"
    again = start(payment_id)
    stripe.pay(again.redirect_url)
    assert resolve_unknown(payment_id).status == "authorised"
    assert intents(stripe, payment_id) == 1


def test_fault_31_a_failure_that_stripe_remembers_is_not_asked_for_ever(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    stripe.arrange("capture", "500")
    asked_to_capture(payment_id)
    settle(payment_id)
    assert found(payment_id).captured_minor == 0
    settle(payment_id)
    assert found(payment_id).captured_minor == AMOUNT


def test_a_refund_whose_answer_got_lost_is_one_refund(stripe: StandIn) -> None:
    capture(payment_id := authorised(stripe))
    before = stripe.calls().get("refunds", 0)
    stripe.arrange("refunds", "lost")
    refund(payment_id, 2_500)
    assert found(payment_id).refunded_minor == 0
    settle(payment_id)
    assert found(payment_id).refunded_minor == 2_500
    assert stripe.calls()["refunds"] - before == 1


def test_more_than_stripe_holds_is_refused_in_words(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    with pytest.raises(AmountRefused):
        capture(payment_id, AMOUNT + 1)
    stripe.http.post(f"/v1/payment_intents/{found(payment_id).provider_reference}/cancel")
    capture(payment_id)
    payment = found(payment_id)
    assert (payment.status, payment.captured_minor) == ("expired", 0)
    assert payment.message == "The authorisation ended before it was captured."


@pytest.mark.django_db(transaction=True)
def test_fault_37_refunds_at_the_same_moment_stay_within_the_capture(stripe: StandIn) -> None:
    capture(payment_id := authorised(stripe))

    def give_back() -> None:
        refund_payment(
            RefundPayment(
                payment_id=payment_id, refund_id=new_id(), amount_minor=6_000, reason="race"
            )
        )

    assert outcomes(at_once([give_back] * 4)) == {"NoneType": 1, "AmountRefused": 3}
    at_once([partial(settle, payment_id)] * 4)
    assert found(payment_id).refunded_minor == 6_000
