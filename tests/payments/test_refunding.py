"""Giving money back: never more than was taken."""

import pytest

from modules.payments.contracts import AmountRefused, PaymentStepRefused, RequestDiffers
from tests.payments.story import (
    REFUND,
    SECOND_REFUND,
    authorised,
    capture_requested,
    captured,
    captured_whole,
    refund_requested,
    refunded,
)


def test_scenario_59_a_refund_above_the_capture_is_refused() -> None:
    authorised(capture_requested(5_000), captured(5_000)).when(
        lambda payment: payment.request_refund(REFUND, 10_000, "returned")
    ).then_raises(AmountRefused)


def test_scenario_59_refunds_that_add_up_to_too_much_are_refused() -> None:
    captured_whole(refund_requested(5_000), refunded(5_000)).when(
        lambda payment: payment.request_refund(SECOND_REFUND, 6_000, "returned")
    ).then_raises(AmountRefused)


def test_an_open_refund_counts_as_spent() -> None:
    captured_whole(refund_requested(5_000)).when(
        lambda payment: payment.request_refund(SECOND_REFUND, 5_001, "returned")
    ).then_raises(AmountRefused)


def test_a_refund_is_requested_with_its_reason() -> None:
    captured_whole().when(lambda payment: payment.request_refund(REFUND, 4_000, "returned")).then(
        refund_requested(4_000)
    )


def test_the_same_refund_again_stays_quiet() -> None:
    captured_whole(refund_requested(4_000), refunded(4_000)).when(
        lambda payment: payment.request_refund(REFUND, 4_000, "returned")
    ).then()


def test_a_refund_id_used_with_another_amount_is_refused() -> None:
    captured_whole(refund_requested(4_000)).when(
        lambda payment: payment.request_refund(REFUND, 4_001, "returned")
    ).then_raises(RequestDiffers)


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_refund_of_nothing_is_refused(amount_minor: int) -> None:
    captured_whole().when(
        lambda payment: payment.request_refund(REFUND, amount_minor, "returned")
    ).then_raises(AmountRefused)


def test_nothing_is_refunded_before_it_is_captured() -> None:
    authorised(capture_requested(10_000)).when(
        lambda payment: payment.request_refund(REFUND, 1, "returned")
    ).then_raises(PaymentStepRefused)


def test_a_refunded_payment_says_how_far() -> None:
    partly = captured_whole(refund_requested(4_000), refunded(4_000))
    wholly = captured_whole(refund_requested(10_000), refunded(10_000))
    assert partly.aggregate.status == "partially-refunded"
    assert wholly.aggregate.status == "refunded"
