"""What takes money away again: refunds, lapses, adjustments and disputes, said in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold, release_id
from modules.payments.domain.said import Verdict
from modules.payments.domain.state import Attempt
from tests.payments.story import (
    AUTHORISED,
    REFUND,
    REQUESTED,
    SECOND_ATTEMPT,
    SECOND_REFUND,
    STARTED,
    authorised,
    capture_requested,
    captured,
    captured_whole,
    of_payment,
    refund_requested,
    refunded,
    report,
)
from tests.support.given import given, past

DISPUTE = UUID("00000000-0000-7000-8000-0000000000e1")
AT = datetime(2026, 3, 1, tzinfo=UTC)
NO_REFUND = Verdict("waiting", "No refund of this id was requested.")
NOT_AUTHORISED = Verdict("waiting", "The attempt is not known to be authorised.")


def waiting(reason: str) -> Verdict:
    return Verdict("waiting", reason)


def refused(reason: str) -> Verdict:
    return Verdict("refused", reason)


def wrong(said: int | None, asked: int) -> Verdict:
    return refused(f"It says {said} minor units; {asked} were asked for.")


def tell(story: given[Payment], said: Report) -> given[Payment]:
    return story.when(lambda payment: fold(payment, said))


def of_refund(kind: Any, amount_minor: int | None = 4_000, **changes: Any) -> Report:
    return report(kind, operation_id=REFUND, amount_minor=amount_minor, **changes)


def refund_failed() -> past[Any]:
    return of_payment(
        Payment.RefundFailed, refund_id=REFUND, amount_minor=4_000, reason="Account closed."
    )


def refund_reversed() -> past[Any]:
    return of_payment(
        Payment.RefundReversed, refund_id=REFUND, amount_minor=4_000, reason="Card gone."
    )


def charged_back(amount_minor: int = 4_000) -> past[Any]:
    return of_payment(
        Payment.ChargedBack, dispute_id=DISPUTE, amount_minor=amount_minor, reason="Not mine."
    )


def decided(event_class: Any, reason: str) -> past[Any]:
    return of_payment(event_class, dispute_id=DISPUTE, amount_minor=4_000, reason=reason)


def disputed(kind: Any = "disputed", amount_minor: int | None = 4_000, **changes: Any) -> Report:
    return report(kind, operation_id=DISPUTE, amount_minor=amount_minor, **changes)


@pytest.mark.parametrize(("amount", "message"), [(10_000, ""), (1, "Given back by hand.")])
def test_a_refund_made_at_the_provider_is_recorded_with_its_request(
    amount: int, message: str
) -> None:
    reason = message or "Given back at the provider"
    said = of_refund("refunded", amount, unasked=True, message=message)
    fields = {"refund_id": REFUND, "amount_minor": amount, "reason": reason}
    tell(captured_whole(), said).then(
        of_payment(Payment.RefundRequested, **fields), of_payment(Payment.Refunded, **fields)
    ).then_returns(Verdict("applied"))


@pytest.mark.parametrize(
    ("unasked", "amount"), [(False, 4_000), (True, 10_001), (True, 0), (True, None)]
)
def test_a_refund_that_cannot_be_ours_waits(unasked: bool, amount: int | None) -> None:
    said = of_refund("refunded", amount, unasked=unasked)
    tell(captured_whole(), said).then().then_returns(NO_REFUND)


def test_a_refund_of_another_amount_is_refused_with_both() -> None:
    story = captured_whole(refund_requested(4_000))
    tell(story, of_refund("refunded", 3_999)).then().then_returns(wrong(3_999, 4_000))


def test_a_refund_reported_failed_comes_true_while_its_amount_is_there() -> None:
    story = captured_whole(refund_requested(4_000), refund_failed())
    tell(story, of_refund("refunded")).then(refunded(4_000)).then_returns(Verdict("applied"))
    used = captured_whole(
        refund_requested(4_000), refund_failed(), refund_requested(6_001, SECOND_REFUND)
    )
    tell(used, of_refund("refunded")).then().then_returns(
        refused("It was reported failed or charged back, and the amount is used.")
    )


def test_a_refund_is_refused_once_its_money_is_charged_back() -> None:
    story = captured_whole(refund_requested(4_000), charged_back(6_001))
    tell(story, of_refund("refunded")).then().then_returns(
        refused("It was reported failed or charged back, and the amount is used.")
    )
    just = captured_whole(refund_requested(4_000), charged_back(6_000))
    tell(just, of_refund("refunded")).then(refunded(4_000))


def test_a_refund_that_failed_is_recorded_once_and_never_after_it_was_done() -> None:
    said = of_refund("refund-failed", message="Account closed.")
    story = captured_whole(refund_requested(4_000))
    tell(story, said).then(refund_failed()).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    done = captured_whole(refund_requested(4_000), refunded(4_000))
    tell(done, said).then().then_returns(Verdict("repeated"))
    tell(captured_whole(), said).then().then_returns(NO_REFUND)


def test_a_refund_that_came_back_is_recorded_once() -> None:
    said = of_refund("refund-reversed", message="Card gone.")
    story = captured_whole(refund_requested(4_000), refunded(4_000))
    tell(story, said).then(refund_reversed()).then_returns(Verdict("applied"))
    state = story.aggregate.state
    assert (state.refunded_minor, state.left_minor, state.message) == (0, 10_000, "Card gone.")
    tell(story, said).then().then_returns(Verdict("repeated"))
    tell(story, of_refund("refunded")).then().then_returns(Verdict("repeated"))


def test_a_refund_that_came_back_was_done_before() -> None:
    said = of_refund("refund-reversed", message="Card gone.")
    asked = captured_whole(refund_requested(4_000))
    tell(asked, said).then(refunded(4_000), refund_reversed()).then_returns(Verdict("applied"))
    tell(captured_whole(), said).then().then_returns(NO_REFUND)


def test_a_refund_that_came_back_with_another_amount_is_refused() -> None:
    story = captured_whole(refund_requested(4_000), refunded(4_000))
    tell(story, of_refund("refund-reversed", 3_999)).then().then_returns(wrong(3_999, 4_000))


@pytest.mark.parametrize(
    "story", [given(Payment, REQUESTED), given(Payment, REQUESTED, STARTED)], ids=["none", "open"]
)
@pytest.mark.parametrize("kind", ["lapsed", "adjusted"])
def test_only_what_is_authorised_lapses_or_is_adjusted(story: given[Payment], kind: Any) -> None:
    said = report(kind, amount_minor=1, occurred_at=AT)
    tell(story, said).then().then_returns(NOT_AUTHORISED)


def test_what_is_left_of_an_authorisation_lapses_once() -> None:
    said = report("lapsed", message="Seven days.")
    story = authorised(capture_requested(4_000), captured(4_000))
    tell(story, said).then(
        of_payment(Payment.Lapsed, amount_minor=6_000, reason="Seven days.")
    ).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    assert (story.aggregate.status, story.aggregate.state.open_minor) == ("captured", 0)


def test_nothing_lapses_while_a_capture_has_no_answer() -> None:
    story = authorised(capture_requested(4_000))
    tell(story, report("lapsed")).then().then_returns(waiting("A capture has no answer yet."))


def test_an_authorisation_too_many_is_given_back_by_lapsing_too() -> None:
    surplus = of_payment(
        Payment.SurplusAuthorised,
        attempt_id=SECOND_ATTEMPT,
        provider_reference="b2",
        amount_minor=10_000,
    )
    second = of_payment(Payment.Started, attempt_id=SECOND_ATTEMPT)
    story = given(Payment, REQUESTED, STARTED, second, AUTHORISED, surplus)
    said = report("lapsed", attempt_id=SECOND_ATTEMPT)
    tell(story, said).then(
        of_payment(Payment.SurplusReleased, attempt_id=SECOND_ATTEMPT, amount_minor=10_000)
    ).then_returns(Verdict("applied"))
    tell(story, said).then().then_returns(Verdict("repeated"))
    assert story.aggregate.state.lapsed_minor == 0
    failed = report("void-failed", operation_id=release_id(Attempt(id=SECOND_ATTEMPT)))
    tell(story, failed).then().then_returns(
        refused("A second authorisation could not be given back.")
    )


@pytest.mark.parametrize("amount", [4_000, 10_000])
def test_an_authorisation_is_adjusted_between_what_is_used_and_what_was_asked(amount: int) -> None:
    story = authorised(capture_requested(4_000), captured(4_000))
    said = report("adjusted", amount_minor=amount, occurred_at=AT, message="Less.")
    tell(story, said).then(
        of_payment(Payment.AuthorisationAdjusted, amount_minor=amount, stated_at=AT, reason="Less.")
    ).then_returns(Verdict("applied"))
    assert story.aggregate.state.open_minor == amount - 4_000


@pytest.mark.parametrize("amount", [3_999, 10_001])
def test_an_adjustment_beyond_that_is_refused(amount: int) -> None:
    story = authorised(capture_requested(4_000), captured(4_000))
    said = report("adjusted", amount_minor=amount, occurred_at=AT)
    tell(story, said).then().then_returns(
        refused(
            f"It says {amount} minor units are authorised; between 4000 and 10000 are possible."
        )
    )


def test_of_two_adjustments_the_later_one_counts_in_whatever_order() -> None:
    story = authorised()
    for at, outcome in ((AT, "applied"), (AT, "repeated"), (AT - timedelta(days=1), "repeated")):
        said = report("adjusted", amount_minor=9_000, occurred_at=at)
        tell(story, said).then_returns(Verdict(outcome))  # type: ignore[arg-type]
    later = report("adjusted", amount_minor=8_000, occurred_at=AT + timedelta(seconds=1))
    tell(story, later).then_returns(Verdict("applied"))
    assert story.aggregate.state.authorised_minor == 8_000


@pytest.mark.parametrize("changes", [{"amount_minor": 1}, {"occurred_at": AT}])
def test_an_adjustment_says_how_much_and_as_of_when(changes: dict[str, Any]) -> None:
    tell(authorised(), report("adjusted", **changes)).then().then_returns(
        refused("It does not say how much, or as of when.")
    )


def test_a_charge_back_takes_the_money_once() -> None:
    story = captured_whole()
    tell(story, disputed(message="Not mine.")).then(charged_back()).then_returns(Verdict("applied"))
    state = story.aggregate.state
    assert (state.charged_back_minor, state.left_minor, state.refundable_minor) == (
        4_000,
        6_000,
        6_000,
    )
    tell(story, disputed()).then().then_returns(Verdict("repeated"))
    tell(story, disputed(amount_minor=1)).then().then_returns(wrong(1, 4_000))


@pytest.mark.parametrize("amount", [10_001, 0, None])
def test_no_more_than_is_kept_is_charged_back(amount: int | None) -> None:
    tell(captured_whole(), disputed(amount_minor=amount)).then().then_returns(
        waiting("Of 10000 minor units more cannot be charged back.")
    )
    tell(captured_whole(), disputed(amount_minor=10_000)).then(
        of_payment(Payment.ChargedBack, dispute_id=DISPUTE, amount_minor=10_000, reason="")
    )


@pytest.mark.parametrize(
    ("kind", "event_class", "kept", "status"),
    [
        ("dispute-won", Payment.ChargeBackReversed, 10_000, "won"),
        ("dispute-lost", Payment.ChargeBackLost, 6_000, "lost"),
    ],
)
def test_a_dispute_is_decided_once(kind: Any, event_class: Any, kept: int, status: str) -> None:
    story = captured_whole(charged_back())
    tell(story, disputed(kind)).then(decided(event_class, "Not mine.")).then_returns(
        Verdict("applied")
    )
    assert story.aggregate.state.left_minor == kept
    assert [each.status for each in story.aggregate.state.disputes] == [status]
    for again in ("dispute-won", "dispute-lost", "disputed"):
        tell(story, disputed(again)).then().then_returns(Verdict("repeated"))
    unheard = captured_whole()
    tell(unheard, disputed(kind, message="Over.")).then(
        of_payment(Payment.ChargedBack, dispute_id=DISPUTE, amount_minor=4_000, reason="Over."),
        decided(event_class, "Over."),
    ).then_returns(Verdict("applied"))


def test_an_end_of_a_dispute_that_cannot_have_begun_waits_or_is_refused() -> None:
    tell(captured_whole(), disputed("dispute-won", 10_001)).then().then_returns(
        waiting("Of 10000 minor units more cannot be charged back.")
    )
    story = captured_whole(charged_back())
    tell(story, disputed("dispute-lost", 1)).then().then_returns(wrong(1, 4_000))
