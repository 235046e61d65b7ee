"""What a provider answers to captures and voids; where a payment stands, and what it refuses."""

from typing import Any
from uuid import UUID

import pytest

from modules.payments.contracts import AmountRefused, PaymentStepRefused, RequestDiffers
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report
from modules.payments.domain.said import Verdict
from tests.payments.story import (
    ATTEMPT,
    CAPTURE,
    CHALLENGED,
    DECLINED,
    FAILED,
    REFUND,
    REQUESTED,
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
from tests.payments.test_setbacks import charged_back, refused, tell, waiting, wrong
from tests.support.given import given, past

LAPSED = of_payment(Payment.Lapsed, amount_minor=10_000, reason="Seven days.")


@pytest.mark.parametrize(
    ("story", "said", "verdict"),
    [
        (authorised(), report("captured", operation_id=CAPTURE), "capture"),
        (authorised(), report("capture-failed", operation_id=CAPTURE), "capture"),
        (authorised(), report("voided", operation_id=VOID), "void"),
        (authorised(), report("void-failed", operation_id=VOID), "void"),
    ],
)
def test_an_answer_to_nothing_that_was_asked_waits(
    story: given[Payment], said: Report, verdict: str
) -> None:
    tell(story, said).then().then_returns(waiting(f"No {verdict} of this id was requested."))


def test_a_capture_made_at_the_provider_is_recorded_with_its_request() -> None:
    for amount in (10_000, 1):
        said = report("captured", operation_id=CAPTURE, amount_minor=amount, unasked=True)
        tell(authorised(), said).then(capture_requested(amount), captured(amount))
    for beyond in (10_001, 0, None):
        said = report("captured", operation_id=CAPTURE, amount_minor=beyond, unasked=True)
        tell(authorised(), said).then().then_returns(
            waiting("No capture of this id was requested.")
        )


def test_a_capture_that_failed_is_recorded_once_and_never_after_it_was_done() -> None:
    said = report("capture-failed", operation_id=CAPTURE, message="no")
    story = authorised(capture_requested(4_000))
    tell(story, said).then(capture_failed(4_000)).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    done = authorised(capture_requested(4_000), captured(4_000))
    tell(done, said).then().then_returns(Verdict("repeated"))


def test_a_void_that_failed_is_recorded_once_and_never_after_it_was_done() -> None:
    said = report("void-failed", operation_id=VOID, message="Too late.")
    failed = of_payment(Payment.VoidFailed, void_id=VOID, reason="Too late.")
    story = authorised(void_requested())
    tell(story, said).then(failed).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    tell(authorised(void_requested(), voided(10_000)), said).then().then_returns(
        Verdict("repeated")
    )


def test_a_failed_step_that_comes_true_too_late_says_why_it_is_refused() -> None:
    said = report("captured", operation_id=CAPTURE, amount_minor=10_000)
    second = UUID("00000000-0000-7000-8000-0000000000c2")
    story = authorised(
        capture_requested(10_000), capture_failed(10_000), capture_requested(1, second)
    )
    tell(story, said).then().then_returns(
        refused("It was reported failed before, and the amount is used since.")
    )
    gone = authorised(
        void_requested(),
        of_payment(Payment.VoidFailed, void_id=VOID, reason="Too late."),
        capture_requested(10_000),
        captured(10_000),
    )
    tell(gone, report("voided", operation_id=VOID)).then().then_returns(
        refused("It was reported failed before, and nothing is left to void.")
    )


def test_a_void_of_another_amount_than_is_open_is_refused() -> None:
    story = authorised(void_requested())
    said = report("voided", operation_id=VOID, amount_minor=9_999)
    tell(story, said).then().then_returns(wrong(9_999, 10_000))
    tell(story, report("voided", operation_id=VOID)).then(voided(10_000))


def test_what_changes_nothing_is_noted() -> None:
    said = report("noted", message="An inquiry was opened.")
    tell(authorised(), said).then().then_returns(Verdict("noted", "An inquiry was opened."))


def test_another_currency_is_refused_with_both() -> None:
    tell(authorised(), report("authorised", currency="USD")).then().then_returns(
        refused("It says USD; the payment is in EUR.")
    )


def test_what_the_provider_says_it_holds_no_more_has_lapsed() -> None:
    story = authorised(capture_requested(4_000))
    said = report("captured", operation_id=CAPTURE, amount_minor=4_000, held_minor=0)
    lapsed = of_payment(
        Payment.Lapsed, amount_minor=6_000, reason="The provider does not hold it any more."
    )
    tell(story, said).then(captured(4_000), lapsed).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    holding = report("captured", operation_id=CAPTURE, amount_minor=4_000, held_minor=1)
    tell(authorised(capture_requested(4_000)), holding).then(captured(4_000))
    repeated = authorised(capture_requested(4_000), captured(4_000))
    tell(repeated, said).then(lapsed).then_returns(Verdict("applied"))
    # What is refused says nothing about what is held.
    wrong_one = report("captured", operation_id=CAPTURE, amount_minor=1, held_minor=0)
    tell(authorised(capture_requested(4_000)), wrong_one).then().then_returns(wrong(1, 4_000))


def test_a_challenge_is_recorded_with_where_the_shopper_has_to_go() -> None:
    story = given(Payment, REQUESTED, STARTED)
    tell(story, report("challenged")).then(CHALLENGED).then_returns(Verdict("applied"))
    tell(story, report("challenged")).then().then_returns(Verdict("repeated"))
    assert story.aggregate.state.attempt(ATTEMPT) is not None
    tell(given(Payment, REQUESTED), report("challenged")).then().then_returns(
        waiting("No attempt of this id was recorded.")
    )


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ((REQUESTED,), "requested"),
        ((REQUESTED, STARTED), "pending"),
        ((REQUESTED, STARTED, DECLINED), "declined"),
        ((REQUESTED, STARTED, FAILED), "failed"),
        ((REQUESTED, voided(0)), "voided"),
        ((REQUESTED, of_payment(Payment.Expired, amount_minor=1, reason="late")), "expired"),
    ],
)
def test_a_payment_of_which_nothing_came_says_where_it_stands(
    history: tuple[past[Any], ...], status: str
) -> None:
    assert given(Payment, *history).aggregate.status == status


@pytest.mark.parametrize(
    ("story", "status"),
    [
        (authorised(), "authorised"),
        (authorised(void_requested(), voided(10_000)), "voided"),
        (authorised(LAPSED), "expired"),
        (authorised(capture_requested(4_000)), "authorised"),
        (authorised(capture_requested(4_000), captured(4_000)), "partially-captured"),
        (captured_whole(), "captured"),
        (captured_whole(refund_requested(4_000), refunded(4_000)), "partially-refunded"),
        (captured_whole(refund_requested(10_000), refunded(10_000)), "refunded"),
        (captured_whole(charged_back(10_000)), "charged-back"),
        (captured_whole(charged_back(4_000)), "captured"),
        (captured_whole(refund_requested(6_000), refunded(6_000), charged_back()), "charged-back"),
    ],
)
def test_a_payment_of_which_something_came_says_where_it_stands(
    story: given[Payment], status: str
) -> None:
    assert story.aggregate.status == status


def test_a_capture_on_its_way_leaves_nothing_outstanding_but_itself() -> None:
    second = UUID("00000000-0000-7000-8000-0000000000c2")
    story = authorised(capture_requested(4_000), captured(4_000), capture_requested(6_000, second))
    state = story.aggregate.state
    assert (state.open_minor, state.pending_captures_minor) == (0, 6_000)
    assert state.status == "partially-captured"


@pytest.mark.parametrize(
    ("story", "step", "said"),
    [
        (
            captured_whole(),
            lambda payment: payment.start(UUID(int=9)),
            "This payment is captured; it cannot start now.",
        ),
        (
            given(Payment, REQUESTED),
            lambda payment: payment.request_capture(CAPTURE, 1),
            "This payment is requested; it cannot capture now.",
        ),
        (
            captured_whole(),
            lambda payment: payment.request_void("no"),
            "This payment is captured; it cannot void now.",
        ),
        (
            authorised(),
            lambda payment: payment.request_refund(REFUND, 1, "no"),
            "This payment is authorised; it cannot refund now.",
        ),
    ],
)
def test_a_step_that_is_refused_says_where_the_payment_stands(
    story: given[Payment], step: Any, said: str
) -> None:
    error = story.when(step).then_raises(PaymentStepRefused, said)
    assert isinstance(error, PaymentStepRefused)
    words = said.removesuffix(" now.").split()
    assert error.fields == {"step": words[-1], "status": story.aggregate.status}


@pytest.mark.parametrize("amount", [0, 10_001])
def test_a_capture_that_is_refused_says_what_is_possible(amount: int) -> None:
    error = (
        authorised()
        .when(lambda payment: payment.request_capture(CAPTURE, amount))
        .then_raises(AmountRefused, "Between 1 and 10000 minor units can be captured.")
    )
    assert getattr(error, "fields", {}) == {"amount_minor": amount, "limit_minor": 10_000}


def test_a_refund_or_payment_of_nothing_is_refused_in_words() -> None:
    captured_whole().when(lambda payment: payment.request_refund(REFUND, 0, "no")).then_raises(
        AmountRefused, "Between 1 and 10000 minor units can be refunded."
    )
    given(Payment).when(
        lambda _: Payment.request(
            UUID(int=1),
            reference=UUID(int=2),
            description="",
            provider="testbank",
            amount_minor=0,
            currency="EUR",
        )
    ).then_raises(AmountRefused, "A payment asks for more than nothing.")


def test_the_least_amount_is_a_minor_unit() -> None:
    authorised().when(lambda payment: payment.request_capture(CAPTURE, 1)).then(
        capture_requested(1)
    )
    captured_whole().when(lambda payment: payment.request_refund(REFUND, 1, "returned")).then(
        refund_requested(1)
    )


def test_a_request_made_before_with_another_amount_names_it() -> None:
    error = (
        captured_whole()
        .when(lambda payment: payment.request_capture(CAPTURE, 1))
        .then_raises(
            RequestDiffers,
            "This request was made before with another amount. Use a new id for a new request.",
        )
    )
    assert getattr(error, "fields", {}) == {"id": CAPTURE, "amount_minor": 10_000}
