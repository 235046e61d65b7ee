"""Taking what is authorised: never more, never twice."""

import pytest

from modules.payments.contracts import AmountRefused, PaymentStepRefused, RequestDiffers
from tests.payments.story import (
    CAPTURE,
    SECOND_CAPTURE,
    authorised,
    capture_failed,
    capture_requested,
    captured,
    captured_whole,
    requested,
    void_requested,
    voided,
)


def test_scenario_57_a_capture_above_the_authorisation_is_refused() -> None:
    authorised().when(lambda payment: payment.request_capture(CAPTURE, 20_000)).then_raises(
        AmountRefused
    )


def test_scenario_57_captures_that_add_up_to_too_much_are_refused() -> None:
    refused = (
        authorised(capture_requested(9_900), captured(9_900))
        .when(lambda payment: payment.request_capture(SECOND_CAPTURE, 200))
        .then_raises(AmountRefused)
    )
    assert isinstance(refused, AmountRefused)
    assert refused.fields == {"amount_minor": 200, "limit_minor": 100}


def test_scenario_57_two_halves_are_captured() -> None:
    authorised(capture_requested(5_000), captured(5_000)).when(
        lambda payment: payment.request_capture(SECOND_CAPTURE, 5_000)
    ).then(capture_requested(5_000, SECOND_CAPTURE))


def test_scenario_58_a_fully_captured_payment_stays_quiet_when_the_rest_is_captured() -> None:
    captured_whole().when(lambda payment: payment.request_capture(SECOND_CAPTURE, None)).then()


def test_scenario_58_the_same_capture_again_stays_quiet() -> None:
    captured_whole().when(lambda payment: payment.request_capture(CAPTURE, 10_000)).then()


def test_scenario_63_an_open_capture_is_no_longer_available() -> None:
    state = authorised(capture_requested(6_000)).aggregate.state
    assert (state.pending_captures_minor, state.capturable_minor) == (6_000, 4_000)
    assert (state.captured_minor, state.status) == (0, "authorised")


def test_scenario_68_a_capture_id_used_with_another_amount_is_refused() -> None:
    authorised(capture_requested(6_000)).when(
        lambda payment: payment.request_capture(CAPTURE, 6_001)
    ).then_raises(RequestDiffers)


def test_capturing_the_rest_takes_what_is_left() -> None:
    authorised(capture_requested(6_000), captured(6_000)).when(
        lambda payment: payment.request_capture(SECOND_CAPTURE, None)
    ).then(capture_requested(4_000, SECOND_CAPTURE))


def test_a_failed_capture_makes_its_amount_available_again() -> None:
    authorised(capture_requested(10_000), capture_failed(10_000)).when(
        lambda payment: payment.request_capture(SECOND_CAPTURE, 10_000)
    ).then(capture_requested(10_000, SECOND_CAPTURE))


@pytest.mark.parametrize("amount_minor", [0, -1, 1, None])
def test_nothing_is_captured_before_it_is_authorised(amount_minor: int | None) -> None:
    requested().when(lambda payment: payment.request_capture(CAPTURE, amount_minor)).then_raises(
        PaymentStepRefused
    )


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_capture_of_nothing_is_refused(amount_minor: int) -> None:
    authorised().when(lambda payment: payment.request_capture(CAPTURE, amount_minor)).then_raises(
        AmountRefused
    )


def test_nothing_is_captured_while_the_rest_is_being_voided() -> None:
    authorised(void_requested()).when(
        lambda payment: payment.request_capture(CAPTURE, 1)
    ).then_raises(AmountRefused)


def test_nothing_is_captured_after_a_void() -> None:
    authorised(void_requested(), voided(10_000)).when(
        lambda payment: payment.request_capture(CAPTURE, 1)
    ).then_raises(PaymentStepRefused)
