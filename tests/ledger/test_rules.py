"""The rules of the books by themselves: accounts, refunds, verdicts, corrections."""

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from config.history import judging, planning
from config.importing import rules
from modules.kernel.identity import new_id
from modules.ledger.contracts import AccountUnknown, BookingUnsound, CaseKind, EntryUnbalanced
from modules.ledger.domain import accounts
from modules.ledger.domain.book import Book, Share, net_discount
from modules.ledger.domain.booking import BookedLeg, Booking
from modules.ledger.domain.documents import ACCOUNTS
from modules.ledger.domain.entries import Sheet
from modules.ledger.domain.judging import Ours, Theirs, judged


def ours(**changes: object) -> Ours:
    fields = {
        "position": 1,
        "amount_minor": 1_000,
        "currency": "EUR",
        "number": "N",
        "order_id": None,
        "provider": "testbank",
        "matched": False,
    }
    return Ours(**{**fields, **changes})  # type: ignore[arg-type]  # its own fields


def theirs(amount_minor: int, currency: str = "EUR") -> Theirs:
    return Theirs(
        settlement_id=new_id(),
        record="r",
        kind="charge",
        amount_minor=amount_minor,
        currency=currency,
    )


@pytest.mark.parametrize(
    ("amount", "currency", "entry", "case", "rounding"),
    [
        (1_000, "EUR", None, "missing-here", 0),
        (1_000, "EUR", ours(matched=True), "duplicate", 0),
        (1_001, "EUR", ours(), None, 1),
        (999, "EUR", ours(), None, -1),
        (1_002, "EUR", ours(), "amount-differs", 0),
        (1_000, "GBP", ours(), "amount-differs", 0),
        (1_009, "BHD", ours(currency="BHD"), None, 9),
        (1_010, "BHD", ours(currency="BHD"), "amount-differs", 0),
        (1_001, "JPY", ours(currency="JPY"), "amount-differs", 0),
    ],
)
def test_a_line_without_its_equal_is_rounding_or_a_case(
    amount: int, currency: str, entry: Ours | None, case: CaseKind | None, rounding: int
) -> None:
    found = judged(theirs(amount, currency), entry, said_otherwise=False)
    assert (found.case, found.rounding_minor) == (case, rounding)


def test_what_a_provider_takes_back_is_a_case_whatever_we_have() -> None:
    assert judged(theirs(1_000), ours(), said_otherwise=True).case == "contradicts"


@any_of(
    due=st.integers(0, 500),
    captured=st.integers(0, 1_000),
    refund=st.integers(1, 1_000),
    sold=st.integers(0, 1_000),
    returned=st.integers(0, 400),
)
def test_a_refund_is_split_without_a_rest(
    due: int, captured: int, refund: int, sold: int, returned: int
) -> None:
    book = Book(due=due, captured=captured)
    book.sold = {"a": Share(sold, sold // 6), "b": Share(sold // 2, sold // 40)}
    book.returned = {"a": Share(min(returned, sold), min(returned, sold) // 6)}
    surplus, reversed_ = book.take_refund(refund)
    assert surplus + sum(share.gross for share in reversed_.values()) == refund
    assert 0 <= surplus <= max(captured - due, 0)
    assert all(0 <= share.tax <= share.gross for share in reversed_.values())


def test_what_came_back_is_refunded_with_its_own_tax_first() -> None:
    book = Book(due=1_000, captured=1_000)
    book.sold = {"high": Share(600, 100), "low": Share(400, 20)}
    book.returned = {"low": Share(100, 5)}
    _, reversed_ = book.take_refund(100)
    assert reversed_ == {"low": Share(100, 5)}
    _, reversed_ = book.take_refund(900)
    assert reversed_ == {"high": Share(600, 100), "low": Share(300, 15)}


@pytest.mark.parametrize(
    ("discount", "rate", "included", "net"),
    [(120, 200_000, True, 100), (100, 200_000, False, 100), (1, 200_000, True, 1), (0, 0, True, 0)],
)
def test_a_discount_is_booked_without_its_tax(
    discount: int, rate: int, included: bool, net: int
) -> None:
    assert net_discount(discount, rate, tax_included=included) == net


@pytest.mark.parametrize("name", ["", "caymans", "tax", "clearing", "bank:secret", "Revenue"])
def test_an_account_outside_the_chart_is_refused(name: str) -> None:
    with pytest.raises(AccountUnknown):
        accounts.account(name)


@pytest.mark.parametrize(
    ("rate_millionths", "name"),
    [(200_000, "FR:20"), (55_000, "FR:5.5"), (0, "FR:0"), (1_000_000, "FR:100"), (1, "FR:0.0001")],
)
def test_a_rate_is_called_by_its_rule_and_its_percentage(rate_millionths: int, name: str) -> None:
    assert accounts.rate_name("FR", rate_millionths) == name
    assert accounts.account(accounts.tax(name)).name == f"tax:{name}"


def test_every_provider_has_a_side_for_its_money() -> None:
    assert accounts.settlement("testbank") == "clearing:testbank"
    assert accounts.settlement("invoice") == "bank"
    assert accounts.settlement("") == "clearing:unknown"


def test_a_booking_that_cannot_be_an_entry_is_refused() -> None:
    def record(*legs: BookedLeg) -> None:
        Booking.record(new_id(), reason="fee", memo="", currency="EUR", legs=legs)

    with pytest.raises(BookingUnsound):
        record()
    with pytest.raises(EntryUnbalanced):
        record(BookedLeg("fees", 100), BookedLeg("bank", -99))
    with pytest.raises(AccountUnknown):
        record(BookedLeg("fees", 100), BookedLeg("caymans", -100))


def test_legs_of_an_account_are_one_and_those_of_zero_are_none() -> None:
    sheet = Sheet("EUR")
    sheet.credit("revenue", 100)
    sheet.debit("bank", 60)
    sheet.debit("bank", 40)
    sheet.debit("fees", 0)
    assert [(leg.account, leg.split) for leg in sheet.legs] == [
        ("bank", (100, 0)),
        ("revenue", (-100, 0)),
    ]


def test_every_reason_of_an_import_has_an_account() -> None:
    reasons = [reason for _, reason in rules._NO_GOODS]
    reasons += [judging.BELOW_ZERO, judging.BOOKKEEPING, judging.FINE_PRICE]
    assert {reason.partition(":")[0] for reason in reasons} <= ACCOUNTS.keys()
    # What is left are goods that came back, or cost nothing.
    goods = (planning.NO_EARLIER_SALE, planning.NO_CUSTOMER, judging.NO_SALE, judging.WRITTEN_OFF)
    assert not {reason.partition(":")[0] for reason in goods} & ACCOUNTS.keys()
