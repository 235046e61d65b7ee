"""Giving back what was authorised and not taken; ending what was never paid."""

from typing import Any

import pytest

from modules.kernel.identity import derived_id
from modules.payments.contracts import PaymentStepRefused
from modules.payments.domain.events import PaymentEvent
from modules.payments.domain.payment import Payment
from tests.payments.story import (
    AUTHORISED,
    CHALLENGED,
    DECLINED,
    REQUESTED,
    STARTED,
    authorised,
    capture_requested,
    captured,
    captured_whole,
    of_payment,
    requested,
    void_requested,
    voided,
)
from tests.support.given import AN_ID, given, past


def asked_at(version: int) -> past[PaymentEvent]:
    return of_payment(
        Payment.VoidRequested,
        void_id=derived_id("payments.void", AN_ID, version),
        reason="cancelled",
    )


def test_an_authorised_payment_is_voided_by_asking_the_provider() -> None:
    authorised().when(lambda payment: payment.request_void("cancelled")).then(asked_at(3))


@pytest.mark.parametrize("history", [[STARTED], [STARTED, CHALLENGED]])
def test_an_attempt_in_the_air_is_voided_at_the_provider(history: list[past[Any]]) -> None:
    given(Payment, REQUESTED, *history).when(
        lambda payment: payment.request_void("cancelled")
    ).then(asked_at(1 + len(history)))


@pytest.mark.parametrize("history", [[], [STARTED, DECLINED]])
def test_with_no_attempt_in_the_air_a_payment_ends_at_once(history: list[past[Any]]) -> None:
    given(Payment, REQUESTED, *history).when(
        lambda payment: payment.request_void("cancelled")
    ).then(
        of_payment(
            Payment.Voided,
            void_id=derived_id("payments.void", AN_ID, 1 + len(history)),
            amount_minor=0,
            reason="cancelled",
        )
    )


def test_a_payment_nobody_made_in_time_expires() -> None:
    requested().when(lambda payment: payment.request_void("too late", expired=True)).then(
        of_payment(Payment.Expired, amount_minor=10_000, reason="too late")
    )


def test_the_rest_of_a_partly_captured_payment_is_voided() -> None:
    given_half = authorised(capture_requested(4_000), captured(4_000))
    given_half.when(lambda payment: payment.request_void("cancelled")).then(asked_at(5))
    state = authorised(
        capture_requested(4_000), captured(4_000), void_requested(), voided(6_000)
    ).aggregate.state
    assert (state.status, state.open_minor, state.captured_minor) == ("captured", 0, 4_000)


def test_a_captured_payment_cannot_be_voided() -> None:
    captured_whole().when(lambda payment: payment.request_void("cancelled")).then_raises(
        PaymentStepRefused
    )


def test_voiding_twice_stays_quiet() -> None:
    authorised(void_requested()).when(lambda payment: payment.request_void("cancelled")).then()
    authorised(void_requested(), voided(10_000)).when(
        lambda payment: payment.request_void("cancelled")
    ).then()


def test_an_authorisation_that_crossed_the_void_is_voided_too() -> None:
    given(Payment, REQUESTED, STARTED, void_requested(), voided(0), AUTHORISED).when(
        lambda payment: payment.request_void("cancelled")
    ).then(asked_at(5))
