"""Asking for an amount, and trying to have it authorised."""

from typing import Any

import pytest

from modules.payments.contracts import AmountRefused, PaymentStepRefused
from modules.payments.domain.payment import Payment
from tests.payments.story import (
    ATTEMPT,
    AUTHORISED,
    CHALLENGED,
    DECLINED,
    FAILED,
    REFERENCE,
    REQUESTED,
    SECOND_ATTEMPT,
    STARTED,
    authorised,
    of_payment,
    requested,
    void_requested,
    voided,
)
from tests.support.given import AN_ID, given, past


def ask(amount_minor: int) -> Payment:
    return Payment.request(
        AN_ID,
        reference=REFERENCE,
        description="Order",
        provider="testbank",
        amount_minor=amount_minor,
        currency="EUR",
    )


def test_a_payment_opens_with_what_it_asks_for() -> None:
    given(Payment).when(lambda _: ask(10_000)).then(REQUESTED)


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_payment_of_nothing_is_refused(amount_minor: int) -> None:
    given(Payment).when(lambda _: ask(amount_minor)).then_raises(AmountRefused)


def test_the_smallest_payment_is_of_one_minor_unit_and_a_refusal_says_so() -> None:
    assert ask(1).state.amount_minor == 1
    with pytest.raises(AmountRefused) as refused:
        ask(0)
    assert str(refused.value) == "A payment asks for more than nothing."
    assert refused.value.fields == {"amount_minor": 0, "limit_minor": 0}


def test_a_payment_knows_whose_it_is() -> None:
    payment = Payment.request(
        AN_ID,
        reference=REFERENCE,
        description="Order",
        provider="testbank",
        amount_minor=1,
        currency="EUR",
        subject=ATTEMPT,
    )
    assert payment.subject == ATTEMPT


def test_an_attempt_is_recorded_before_the_provider_is_called() -> None:
    requested().when(lambda payment: payment.start(ATTEMPT)).then(STARTED)


def test_the_same_attempt_again_stays_quiet() -> None:
    given(Payment, REQUESTED, STARTED).when(lambda payment: payment.start(ATTEMPT)).then()


@pytest.mark.parametrize("outcome", [DECLINED, FAILED])
def test_a_payment_that_came_to_nothing_can_be_tried_again(outcome: past[Any]) -> None:
    given(Payment, REQUESTED, STARTED, outcome).when(
        lambda payment: payment.start(SECOND_ATTEMPT)
    ).then(of_payment(Payment.Started, attempt_id=SECOND_ATTEMPT))


@pytest.mark.parametrize("history", [[STARTED], [STARTED, CHALLENGED], [STARTED, AUTHORISED]])
def test_no_second_attempt_while_the_first_may_still_succeed(history: list[past[Any]]) -> None:
    given(Payment, REQUESTED, *history).when(
        lambda payment: payment.start(SECOND_ATTEMPT)
    ).then_raises(PaymentStepRefused, "cannot start")


def test_an_ended_payment_cannot_be_started() -> None:
    given(Payment, REQUESTED, voided(0)).when(lambda payment: payment.start(ATTEMPT)).then_raises(
        PaymentStepRefused
    )


def test_a_payment_being_voided_cannot_be_started() -> None:
    given(Payment, REQUESTED, STARTED, DECLINED, void_requested()).when(
        lambda payment: payment.start(SECOND_ATTEMPT)
    ).then_raises(PaymentStepRefused)


def test_an_authorised_payment_is_authorised_in_full() -> None:
    state = authorised().aggregate.state
    assert (state.status, state.authorised_minor, state.capturable_minor) == (
        "authorised",
        10_000,
        10_000,
    )
