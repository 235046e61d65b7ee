"""What a provider says is folded once, whatever the order and however often it says it."""

from uuid import UUID

import pytest

from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold, release_id
from modules.payments.domain.state import Attempt
from tests.payments.story import (
    ATTEMPT,
    AUTHORISED,
    CAPTURE,
    CHALLENGED,
    DECLINED,
    REFUND,
    REQUESTED,
    SECOND_ATTEMPT,
    SECOND_CAPTURE,
    SECOND_REFUND,
    STARTED,
    VOID,
    authorised,
    capture_failed,
    capture_requested,
    captured,
    captured_whole,
    of_payment,
    refund_requested,
    refunded,
    report,
    void_requested,
    voided,
)
from tests.support.given import AN_ID, given


def outcome(payment: Payment, said: Report) -> str:
    return fold(payment, said).outcome


def test_an_authorisation_is_applied_once() -> None:
    story = given(Payment, REQUESTED, STARTED)
    story.when(lambda payment: outcome(payment, report("authorised"))).then(AUTHORISED)
    story.when(lambda payment: outcome(payment, report("authorised"))).then_returns("repeated")


def test_scenario_60_a_known_report_with_another_amount_is_refused() -> None:
    verdict = fold(
        given(Payment, REQUESTED, STARTED).aggregate, report("authorised", amount_minor=9_999)
    )
    assert verdict.outcome == "refused"
    assert verdict.reason == "It says 9999 minor units; 10000 were asked for."


@pytest.mark.parametrize(
    "changes",
    [{"currency": "USD"}, {"payment_id": UUID(int=9)}, {"amount_minor": None}],
    ids=["currency", "payment", "no amount"],
)
def test_a_report_that_contradicts_the_request_moves_no_money(changes: dict[str, object]) -> None:
    given(Payment, REQUESTED, STARTED).when(
        lambda payment: outcome(payment, report("authorised", **changes))
    ).then().then_returns("refused")


def test_a_report_about_an_unknown_attempt_waits() -> None:
    given(Payment, REQUESTED).when(
        lambda payment: outcome(payment, report("authorised"))
    ).then().then_returns("waiting")


@pytest.mark.parametrize("late", ["challenged", "declined", "failed"])
def test_nothing_takes_an_authorisation_back(late: str) -> None:
    authorised().when(lambda payment: outcome(payment, report(late))).then().then_returns(  # type: ignore[arg-type]
        "repeated"
    )


def test_an_authorisation_overtakes_a_refusal_of_the_same_attempt() -> None:
    given(Payment, REQUESTED, STARTED, DECLINED).when(
        lambda payment: outcome(payment, report("authorised"))
    ).then(AUTHORISED)


def test_scenario_61_a_second_authorisation_is_not_counted_but_given_back() -> None:
    story = given(
        Payment,
        REQUESTED,
        STARTED,
        DECLINED,
        of_payment(Payment.Started, attempt_id=SECOND_ATTEMPT),
        AUTHORISED,
    )
    story.when(
        lambda payment: outcome(
            payment, report("authorised", attempt_id=SECOND_ATTEMPT, provider_reference="b2")
        )
    ).then(
        of_payment(
            Payment.SurplusAuthorised,
            attempt_id=SECOND_ATTEMPT,
            provider_reference="b2",
            amount_minor=10_000,
        )
    )
    assert story.aggregate.state.authorised_minor == 10_000
    given_back = report("voided", operation_id=release_id(Attempt(id=SECOND_ATTEMPT)))
    story.when(lambda payment: outcome(payment, given_back)).then(
        of_payment(Payment.SurplusReleased, attempt_id=SECOND_ATTEMPT, amount_minor=10_000)
    )
    story.when(lambda payment: outcome(payment, given_back)).then_returns("repeated")


def test_scenario_65_a_capture_reported_again_captures_nothing() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=10_000)
    authorised(capture_requested(10_000)).when(lambda payment: outcome(payment, said)).then(
        captured(10_000)
    ).when(lambda payment: outcome(payment, said)).then().then_returns("repeated")


def test_scenario_65_an_authorisation_alone_leaves_a_balance_due() -> None:
    state = authorised().aggregate.state
    assert (state.status, state.captured_minor, state.capturable_minor) == ("authorised", 0, 10_000)


def test_a_capture_that_was_reported_failed_may_have_worked_after_all() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=10_000)
    authorised(capture_requested(10_000), capture_failed(10_000)).when(
        lambda payment: outcome(payment, said)
    ).then(captured(10_000))


def test_a_capture_of_another_amount_is_refused() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=9_999)
    authorised(capture_requested(10_000)).when(
        lambda payment: outcome(payment, said)
    ).then().then_returns("refused")


@pytest.mark.parametrize("claimed", [3_999, 4_001, None])
def test_a_refund_of_another_amount_is_refused(claimed: int | None) -> None:
    said = report("refunded", operation_id=REFUND, amount_minor=claimed)
    captured_whole(refund_requested(4_000)).when(
        lambda payment: outcome(payment, said)
    ).then().then_returns("refused")


def test_a_failed_capture_cannot_come_true_when_its_amount_was_taken_by_another() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=10_000)
    authorised(
        capture_requested(10_000),
        capture_failed(10_000),
        capture_requested(1, SECOND_CAPTURE),
    ).when(lambda payment: outcome(payment, said)).then().then_returns("refused")


def test_a_failed_refund_cannot_come_true_when_its_amount_was_given_back_by_another() -> None:
    said = report("refunded", operation_id=REFUND, amount_minor=10_000)
    failed = of_payment(
        Payment.RefundFailed, refund_id=REFUND, amount_minor=10_000, reason="Account closed."
    )
    captured_whole(refund_requested(10_000), failed, refund_requested(1, SECOND_REFUND)).when(
        lambda payment: outcome(payment, said)
    ).then().then_returns("refused")


def test_a_failed_void_cannot_come_true_when_nothing_is_left() -> None:
    said = report("voided", operation_id=VOID)
    failed = of_payment(Payment.VoidFailed, void_id=VOID, reason="Too late.")
    authorised(void_requested(), failed, capture_requested(10_000), captured(10_000)).when(
        lambda payment: outcome(payment, said)
    ).then().then_returns("refused")
    authorised(void_requested(), failed).when(lambda payment: outcome(payment, said)).then(
        voided(10_000)
    )


def test_a_void_gives_back_what_is_open() -> None:
    said = report("voided", operation_id=VOID, amount_minor=10_000)
    authorised(void_requested()).when(lambda payment: outcome(payment, said)).then(
        voided(10_000)
    ).when(lambda payment: outcome(payment, said)).then().then_returns("repeated")


@pytest.mark.parametrize("authorised_first", [True, False])
def test_a_void_and_an_authorisation_that_cross_agree_in_the_end(authorised_first: bool) -> None:
    payment = given(Payment, REQUESTED, STARTED, CHALLENGED, void_requested()).aggregate
    reports = [report("authorised"), report("voided", operation_id=VOID, amount_minor=10_000)]
    for said in reports if authorised_first else reversed(reports):
        assert outcome(payment, said) == "applied"
    if payment.state.open_minor:
        payment.request_void("cancelled")
        void = payment.state.pending_void
        assert void is not None
        fold(payment, report("voided", operation_id=void.id, amount_minor=10_000))
    assert (payment.status, payment.state.voided_minor) == ("voided", 10_000)


def test_a_refund_is_recorded_once_with_our_reason() -> None:
    said = report("refunded", operation_id=REFUND, amount_minor=4_000)
    captured_whole(refund_requested(4_000)).when(lambda payment: outcome(payment, said)).then(
        refunded(4_000)
    ).when(lambda payment: outcome(payment, said)).then().then_returns("repeated")


def test_a_refused_refund_can_be_asked_for_again() -> None:
    said = report("refund-failed", operation_id=REFUND, message="Account closed.")
    story = captured_whole(refund_requested(4_000))
    story.when(lambda payment: outcome(payment, said)).then_returns("applied")
    assert story.aggregate.state.refundable_minor == 10_000
    assert story.aggregate.state.message == "Account closed."


def test_scenario_66_a_report_after_the_end_is_still_recorded() -> None:
    given(
        Payment,
        REQUESTED,
        STARTED,
        DECLINED,
        of_payment(Payment.Expired, amount_minor=10_000, reason="late"),
    ).when(lambda payment: outcome(payment, report("authorised"))).then(AUTHORISED)


def test_the_verdict_names_the_payment_it_is_not_about() -> None:
    assert AN_ID != ATTEMPT
    verdict = fold(authorised().aggregate, report("declined", payment_id=ATTEMPT))
    assert verdict.reason == "It is about another payment."
