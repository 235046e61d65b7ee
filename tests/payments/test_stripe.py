"""Paying with Stripe, played by localstripe: authorise, take, release, give back."""

from uuid import UUID

import pytest

from modules.kernel.identity import new_id
from modules.payments.commands import (
    capture_payment,
    refund_payment,
    resolve_unknown,
    settle,
    void_payment,
)
from modules.payments.contracts import CapturePayment, NextStep, RefundPayment, VoidPayment
from modules.payments.domain.provider import Operate, Start
from modules.payments.gateways.stripe.gateway import Stripe
from modules.payments.selectors import parked
from tests.payments.bank import AMOUNT, found, opened, start
from tests.payments.stripe_letters import about, bring, deliver
from tests.support.stripe_process import StandIn

pytestmark = pytest.mark.django_db

DECLINED, FACTOR, SEVERAL = "4000000000000341", "4000002500003155", "4111111111111111"


def begun() -> NextStep:
    return start(opened("stripe"))


def authorised(stripe: StandIn) -> UUID:
    """A payment that the shopper made at Stripe and came back from."""
    step = begun()
    assert stripe.pay(step.redirect_url).headers["Location"] == "https://shop.test/back/"
    assert resolve_unknown(step.payment_id).status == "authorised"
    return step.payment_id


def capture(payment_id: UUID, amount_minor: int | None = None) -> UUID:
    capture_id = new_id()
    capture_payment(
        CapturePayment(payment_id=payment_id, capture_id=capture_id, amount_minor=amount_minor)
    )
    settle(payment_id)
    return capture_id


def refund(payment_id: UUID, amount_minor: int) -> None:
    refund_payment(
        RefundPayment(
            payment_id=payment_id, refund_id=new_id(), amount_minor=amount_minor, reason="returned"
        )
    )
    settle(payment_id)


def test_the_shopper_is_sent_to_stripes_page_and_nothing_is_charged_yet(stripe: StandIn) -> None:
    step = begun()
    assert step.status == "pending"
    assert step.redirect_url.startswith(f"{stripe.base}/pay/cs_test_")
    assert resolve_unknown(step.payment_id).redirect_url == step.redirect_url


def test_coming_back_records_the_authorisation(stripe: StandIn) -> None:
    payment = found(authorised(stripe))
    assert (payment.authorised_minor, payment.captured_minor) == (AMOUNT, 0)
    assert payment.provider_reference.startswith("pi_")


def test_a_notification_alone_records_the_authorisation(stripe: StandIn) -> None:
    step = begun()
    stripe.pay(step.redirect_url)
    bring(stripe, step.payment_id)
    assert found(step.payment_id).status == "authorised"


def test_a_declined_card_leaves_the_page_open_for_another(stripe: StandIn) -> None:
    step = begun()
    assert stripe.pay(step.redirect_url, DECLINED).status_code == 402
    bring(stripe, step.payment_id)
    assert found(step.payment_id).status == "pending"
    stripe.pay(step.redirect_url)
    assert resolve_unknown(step.payment_id).status == "authorised"


def test_a_second_factor_is_asked_for_by_stripe(stripe: StandIn) -> None:
    step = begun()
    assert stripe.pay(step.redirect_url, FACTOR).headers["Location"].endswith("/factor")
    assert resolve_unknown(step.payment_id).status == "pending"
    stripe.confirm(step.redirect_url)
    assert resolve_unknown(step.payment_id).status == "authorised"


def test_the_whole_is_captured_and_given_back_in_parts(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    capture(payment_id)
    for amount_minor in (2_500, 1_500):
        refund(payment_id, amount_minor)
    bring(stripe, payment_id)
    payment = found(payment_id)
    assert (payment.captured_minor, payment.refunded_minor) == (AMOUNT, 4_000)
    assert {each.status for each in payment.refunds} == {"refunded"}


def test_a_part_is_captured_and_the_rest_lapses_where_cards_take_one_capture(
    stripe: StandIn,
) -> None:
    payment_id = authorised(stripe)
    capture(payment_id, 4_000)
    bring(stripe, payment_id)
    payment = found(payment_id)
    assert (payment.status, payment.captured_minor, payment.lapsed_minor) == (
        "captured",
        4_000,
        6_000,
    )
    assert payment.capturable_minor == 0


def test_a_card_that_allows_it_is_captured_parcel_by_parcel(stripe: StandIn) -> None:
    step = begun()
    stripe.pay(step.redirect_url, SEVERAL)
    payment_id = resolve_unknown(step.payment_id).payment_id
    for amount_minor in (4_000, 3_500, 2_500):
        capture(payment_id, amount_minor)
        payment = found(payment_id)
        assert payment.capturable_minor == AMOUNT - payment.captured_minor
    for each in reversed(about(stripe, payment_id)):
        deliver(each)
    payment = found(payment_id)
    assert (payment.captured_minor, payment.lapsed_minor) == (AMOUNT, 0)
    assert not parked()


def test_what_is_left_of_such_a_card_is_given_back(stripe: StandIn) -> None:
    step = begun()
    stripe.pay(step.redirect_url, SEVERAL)
    payment_id = resolve_unknown(step.payment_id).payment_id
    capture(payment_id, 4_000)
    void_payment(VoidPayment(payment_id=payment_id, reason="the rest was cancelled"))
    settle(payment_id)
    payment = found(payment_id)
    assert (payment.captured_minor, payment.voided_minor) == (4_000, 6_000)


def test_voiding_before_the_shopper_paid_closes_the_page(stripe: StandIn) -> None:
    step = begun()
    void_payment(VoidPayment(payment_id=step.payment_id, reason="cancelled"))
    settle(step.payment_id)
    assert found(step.payment_id).status == "voided"
    assert stripe.pay(step.redirect_url).status_code == 400


def test_voiding_gives_back_what_is_authorised(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    void_payment(VoidPayment(payment_id=payment_id, reason="cancelled"))
    settle(payment_id)
    bring(stripe, payment_id)
    assert (found(payment_id).status, found(payment_id).voided_minor) == ("voided", AMOUNT)


def test_what_stripe_cannot_charge_fails_in_words(stripe: StandIn) -> None:
    said = Stripe().start(
        Start(
            payment_id=new_id(),
            attempt_id=new_id(),
            description="Something",
            amount_minor=1_234,
            currency="KWD",
            return_url="https://shop.test/back/",
        )
    )
    assert (said.kind, said.message) == ("failed", "Cards are charged in steps of 0.010 KWD.")


def test_a_part_that_stripe_cannot_charge_is_refused_and_not_asked_for_ever(
    stripe: StandIn,
) -> None:
    payment_id, attempt_id = opened("stripe"), new_id()
    stripe.pay(start(payment_id, attempt_id).redirect_url)
    said = Stripe().capture(
        Operate(
            payment_id=payment_id,
            attempt_id=attempt_id,
            operation_id=new_id(),
            provider_reference="",
            amount_minor=1_234,
            currency="KWD",
        )
    )
    assert said.kind == "capture-failed"
    assert said.message == "Cards are charged in steps of 0.010 KWD."


def test_captured_at_once_where_the_shop_says_so(
    stripe: StandIn, settings: pytest.FixtureRequest
) -> None:
    settings.SHOP_CAPTURE = "at-once"  # type: ignore[attr-defined]
    payment_id = authorised(stripe)
    before = stripe.calls().get("capture", 0)
    capture(payment_id)
    bring(stripe, payment_id)
    assert found(payment_id).captured_minor == AMOUNT
    assert stripe.calls().get("capture", 0) == before
