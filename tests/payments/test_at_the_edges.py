"""Payments at the last minor unit, when nothing is left, and when nothing is to be done."""

import pytest

from modules.kernel.identity import derived_id
from modules.payments.contracts import PaymentStepRefused, RequestDiffers
from modules.payments.domain.events import PaymentEvent
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold, fold_all, release_id
from modules.payments.domain.state import Attempt
from tests.payments.story import (
    ATTEMPT,
    AUTHORISED,
    CAPTURE,
    DECLINED,
    FAILED,
    REFERENCE,
    REFUND,
    REQUESTED,
    SECOND_CAPTURE,
    STARTED,
    authorised,
    capture_requested,
    captured,
    of_payment,
    report,
    voided,
)
from tests.support.given import AN_ID, given, past


def lapsed(amount_minor: int) -> past[PaymentEvent]:
    return of_payment(Payment.Lapsed, amount_minor=amount_minor, reason="expired")


@pytest.mark.parametrize(
    ("said", "recorded"),
    [
        (report("declined"), DECLINED),
        (
            report("failed", provider_reference="", message="The bank never heard of it."),
            FAILED,
        ),
    ],
    ids=["declined", "failed"],
)
def test_an_attempt_that_came_to_nothing_says_which_where_how_much_and_why(
    said: Report, recorded: past[PaymentEvent]
) -> None:
    given(Payment, REQUESTED, STARTED).when(lambda payment: fold(payment, said).outcome).then(
        recorded
    ).then_returns("applied")


def test_reports_the_wrong_way_round_are_folded_until_nothing_moves() -> None:
    said = (
        report("captured", operation_id=SECOND_CAPTURE, amount_minor=1),
        report("captured", operation_id=CAPTURE, amount_minor=10_000),
        report("authorised"),
    )
    story = given(Payment, REQUESTED, STARTED, AUTHORISED, capture_requested(10_000))
    story.when(
        lambda payment: [each.outcome for _, each in sorted(fold_all(payment, said).items())]
    )
    story.then(captured(10_000)).then_returns(["waiting", "applied", "repeated"])
    given(Payment, REQUESTED, STARTED).when(lambda payment: fold_all(payment, said).keys()).then(
        AUTHORISED
    ).then_returns({0, 1, 2})


def test_the_rest_is_not_asked_for_twice_while_a_capture_has_no_answer() -> None:
    half = (capture_requested(5_000), captured(5_000), capture_requested(5_000, SECOND_CAPTURE))
    authorised(*half).when(lambda payment: payment.request_capture(ATTEMPT, None)).then()


def test_what_the_provider_holds_no_longer_cannot_be_captured() -> None:
    authorised(lapsed(10_000)).when(
        lambda payment: payment.request_capture(CAPTURE, 1)
    ).then_raises(PaymentStepRefused)


@pytest.mark.parametrize(
    "history",
    [
        (STARTED, AUTHORISED, lapsed(10_000)),
        (STARTED, AUTHORISED, capture_requested(9_999), captured(9_999), lapsed(1)),
        (STARTED, AUTHORISED, capture_requested(9_999), captured(9_999), voided(1)),
        (voided(0),),
    ],
    ids=["lapsed", "one unit lapsed", "one unit voided", "never paid"],
)
def test_a_payment_that_has_ended_is_not_ended_again(
    history: tuple[past[PaymentEvent], ...],
) -> None:
    story = given(Payment, REQUESTED, *history)
    story.when(lambda payment: payment.request_void("cancelled")).then()


def test_one_minor_unit_that_is_not_held_any_more_lapses() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=9_999, held_minor=0)
    authorised(capture_requested(9_999)).when(lambda payment: fold(payment, said).outcome).then(
        captured(9_999),
        of_payment(
            Payment.Lapsed, amount_minor=1, reason="The provider does not hold it any more."
        ),
    ).then_returns("applied")


def test_a_request_with_another_amount_says_what_to_do() -> None:
    refused = (
        authorised(capture_requested(5_000))
        .when(lambda payment: payment.request_capture(CAPTURE, 5_001))
        .then_raises(RequestDiffers)
    )
    assert str(refused) == (
        "This request was made before with another amount. Use a new id for a new request."
    )
    assert isinstance(refused, RequestDiffers)
    assert refused.fields == {"id": CAPTURE, "amount_minor": 5_000}


def test_words_that_are_kept_say_whose_they_are() -> None:
    payment = Payment.request(
        AN_ID,
        reference=REFERENCE,
        description="Order",
        provider="testbank",
        amount_minor=1,
        currency="EUR",
        subject=ATTEMPT,
    )
    payment.request_void("changed my mind")
    (*_, last) = payment.collect_events()
    assert isinstance(last, Payment.Voided)
    assert last.subject == ATTEMPT


@pytest.mark.parametrize("asked", [3_000, 5_000, 6_000])
def test_a_capture_without_an_answer_leaves_a_payment_partially_captured(asked: int) -> None:
    begun = (capture_requested(4_000), captured(4_000), capture_requested(asked, SECOND_CAPTURE))
    assert authorised(*begun).aggregate.status == "partially-captured"


def test_a_report_that_waits_is_folded_once_another_makes_it_possible() -> None:
    said = (
        report("disputed", operation_id=REFUND, amount_minor=1),
        report("captured", operation_id=CAPTURE, amount_minor=10_000),
    )
    verdicts = fold_all(authorised(capture_requested(10_000)).aggregate, said)
    assert [verdicts[place].outcome for place in (0, 1)] == ["applied", "applied"]


def test_a_dispute_may_be_of_one_minor_unit() -> None:
    said = report("disputed", operation_id=REFUND, amount_minor=1)
    story = authorised(capture_requested(10_000), captured(10_000))
    story.when(lambda payment: fold(payment, said).outcome).then_returns("applied")


def test_an_attempt_keeps_what_the_provider_calls_it_and_no_page_to_go_to() -> None:
    attempt = Attempt(ATTEMPT, "challenged", "b1", "/bank/b1/")
    attempt.settle("declined")
    assert attempt == Attempt(ATTEMPT, "declined", "b1", "")
    attempt.settle("authorised", "b2")
    assert attempt == Attempt(ATTEMPT, "authorised", "b2", "")


def test_giving_back_a_surplus_has_one_id_for_ever() -> None:
    assert release_id(Attempt(ATTEMPT)) == derived_id("payments.release", ATTEMPT)
