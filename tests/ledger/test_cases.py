"""A case is opened once, ends when both sides agree or a person says why, and may come back."""

from typing import Any
from uuid import UUID

import pytest

from events.aggregate import Event
from modules.ledger.contracts import BookingUnsound, CaseClosed, ReasonMissing
from modules.ledger.domain.booking import BookedLeg, Booking
from modules.ledger.domain.case import Case, reason_of
from modules.ledger.domain.correcting import first, units_of
from modules.ledger.domain.facts import QuotedPart, UnitsFact

ID, LINE, ORDER = (UUID(int=n) for n in (1, 2, 3))
WHY = "The bank took it back by telephone."
ABOUT: dict[str, Any] = {
    "provider": "stripe",
    "case": "missing-here",
    "settlement_id": LINE,
    "position": 7,
    "amount_minor": 900,
    "currency": "EUR",
    "order_id": ORDER,
    "evidence": {"their line": "ch_1"},
}


def said(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in type(event).__struct_fields__}


def opened() -> Case:
    return Case.open(ID, **ABOUT)


def new(aggregate: Case | Booking) -> Event:
    (*_, event) = aggregate.collect_events()
    assert isinstance(event, Event)
    return event


def test_a_case_says_all_that_was_found() -> None:
    case = opened()
    assert (case.id, case.status, case.reason) == (ID, "open", "")
    event = new(case)
    assert isinstance(event, Case.Opened)
    assert said(event).items() >= ABOUT.items()


def test_a_case_ends_once_both_sides_agree() -> None:
    case = opened()
    case.agree("Both say so.")
    assert (case.status, case.reason) == ("agreed", "Both say so.")
    version = case.version
    case.agree("Once more.")
    assert (case.version, case.reason) == (version, "Both say so.")


def test_a_case_that_agreed_may_differ_again() -> None:
    case = opened()
    case.differ()
    assert case.version == 1
    case.agree("Both say so.")
    case.differ()
    assert (case.status, case.reason) == ("open", "")
    assert isinstance(new(case), Case.Reopened)


def test_a_case_that_a_person_closed_stays_closed() -> None:
    case = opened()
    case.close(WHY)
    assert (case.status, case.reason) == ("closed", WHY)
    case.differ()
    case.agree("Both say so.")
    assert (case.status, case.version) == ("closed", 2)
    with pytest.raises(CaseClosed) as caught:
        case.close("For another good reason.")
    assert str(caught.value) == f"This case is closed: {WHY}"
    assert caught.value.fields == {"reason": WHY}


def test_a_reason_is_one_line_of_ten_characters_at_least_and_five_hundred_at_most() -> None:
    assert reason_of("  It was\na\x00test.  ") == "It was a test."
    assert reason_of("0123456789") == "0123456789"
    assert reason_of("x" * 501) == "x" * 500
    for text in ("012345678", " \n" * 10, "because    "):
        with pytest.raises(ReasonMissing) as caught:
            reason_of(text)
        assert str(caught.value) == "Say why in 10 characters at least."
        assert caught.value.fields == {"least": 10}
    with pytest.raises(ReasonMissing):
        opened().close("because")


def test_a_booking_is_recorded_whole() -> None:
    legs = (BookedLeg("fees", 30), BookedLeg("clearing:stripe", -30))
    about: dict[str, Any] = {
        "reason": "fee",
        "memo": "A fee",
        "currency": "EUR",
        "legs": legs,
        "provider": "stripe",
        "order_id": ORDER,
        "order_number": "CF-1",
        "due_minor": 5,
        "evidence": {"record": "f"},
    }
    booking = Booking.record(ID, **about)
    assert (booking.id, booking.reason, booking.legs) == (ID, "fee", legs)
    assert said(new(booking)).items() >= about.items()
    least = said(new(Booking.record(ID, reason="fee", memo="", currency="EUR", legs=legs)))
    assert {
        "provider": "",
        "order_number": "",
        "due_minor": 0,
        "evidence": {},
    }.items() <= least.items()
    assert least["order_id"] is None


def test_a_booking_that_moves_nothing_is_refused() -> None:
    for legs in ((), (BookedLeg("fees", 0),)):
        with pytest.raises(BookingUnsound, match="A booking moves at least one amount"):
            Booking.record(ID, reason="fee", memo="", currency="EUR", legs=legs)


def test_the_first_units_of_a_line_get_what_cannot_be_divided() -> None:
    assert [first(10, 3, units) for units in range(4)] == [0, 4, 7, 10]
    part = QuotedPart(0, 8, 2, 10, "FR", 200_000, "S", 3)
    assert units_of(part, 2) == UnitsFact("S", 2, 7, 2)
