"""The same set of reports gives the same state: every order, every multiplicity."""

import itertools
from collections.abc import Iterable, Sequence

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, fold_all
from tests.payments.story import (
    CAPTURE,
    REFUND,
    REQUESTED,
    SECOND_CAPTURE,
    STARTED,
    report,
)
from tests.support.given import given

SIX = (
    report("challenged"),
    report("declined"),
    report("authorised"),
    report("captured", operation_id=CAPTURE, amount_minor=4_000),
    report("captured", operation_id=SECOND_CAPTURE, amount_minor=6_000),
    report("refunded", operation_id=REFUND, amount_minor=1_500),
)


def ask(payment: Payment) -> None:
    """What the shop asks of the provider as soon as the payment allows it."""
    state = payment.state
    if state.authorised_minor and not state.captures:
        payment.request_capture(CAPTURE, 4_000)
        payment.request_capture(SECOND_CAPTURE, 6_000)
    if state.captured_minor and not state.refunds:
        payment.request_refund(REFUND, 1_500, "returned")


def digest(delivered: Iterable[Report]) -> bytes:
    """Delivers reports one by one, keeping those that wait, and returns the state they make."""
    payment = given(Payment, REQUESTED, STARTED).aggregate
    inbox: list[Report] = []
    for said in delivered:
        inbox.append(said)
        before = -1
        while before != payment.version:
            before = payment.version
            verdicts = fold_all(payment, inbox)
            ask(payment)
            inbox = [each for n, each in enumerate(inbox) if verdicts[n].outcome == "waiting"]
    assert inbox == []
    return msgspec.json.encode(payment.state, order="sorted")


EXPECTED = digest(SIX)


def test_the_six_reports_end_in_a_part_refund() -> None:
    state = msgspec.json.decode(EXPECTED)
    assert (state["captured_minor"], state["refunded_minor"]) == (10_000, 1_500)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_all_720_orders_agree_with_every_report_repeated_at_once(times: int) -> None:
    for order in itertools.permutations(SIX):
        assert digest(said for said in order for _ in range(times)) == EXPECTED


def test_all_720_orders_agree_when_the_whole_set_comes_again_backwards() -> None:
    for order in itertools.permutations(SIX):
        assert digest((*order, *reversed(order))) == EXPECTED


@st.composite
def deliveries(draw: st.DrawFn) -> Sequence[Report]:
    times = draw(st.lists(st.integers(1, 3), min_size=len(SIX), max_size=len(SIX)))
    many = [said for said, n in zip(SIX, times, strict=True) for _ in range(n)]
    return draw(st.permutations(many))


@settings(max_examples=1_000, deadline=None)
@for_all(deliveries())
def test_any_shuffle_of_any_multiplicity_agrees(delivered: Sequence[Report]) -> None:
    assert digest(delivered) == EXPECTED
