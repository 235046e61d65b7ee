"""Whatever a sheet says, its imported, adjusted and rejected lines add up to it exactly."""

from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.history.running import EXACT
from tests.history.books import Books, adjusted, bring_in, events, sold
from tests.support.trade_sample import Row

FIRST = datetime.fromisoformat("2010-12-01 08:26:00")
DIGITS = st.integers(1, 12).map(lambda n: str(536000 + n))
INVOICES = st.one_of(DIGITS, DIGITS.map("C{}".format), DIGITS.map("A{}".format)) | st.sampled_from(
    ["", "c536001", "Z9", "536001+2", "536365 ", "5" * 40, "\x00", "C"]
)
CODES = st.sampled_from(
    ["85123A", "85123a", "71053", "POST", "M", "DCGS0067", "gift_0001_20", "ADJUST", "", "x" * 60]
)
PRICES = st.one_of(
    st.integers(0, 5_000).map(lambda n: n / 100),
    st.sampled_from([0.001, 0.005, -1.5, 2.5500000000000003, 1e-9, 1e9, 1e300, float("nan")]),
)
QUANTITIES = st.one_of(
    st.integers(-12, 12), st.sampled_from([80_995, -80_995, 1_000_001, 999_999_999, 10**12])
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    return Row(
        invoice=draw(INVOICES),
        code=draw(CODES),
        description=draw(st.sampled_from(["LANTERN", None, "damaged?", "", "Â£20", "x" * 300])),
        quantity=draw(QUANTITIES),
        at=draw(
            st.integers(0, 5_000).map(lambda n: str(FIRST + timedelta(minutes=n)))
            | st.sampled_from(["", "yesterday", "0001-01-01 00:00:00", "9999-12-31 23:59:59"])
        ),
        price=draw(PRICES),
        customer=draw(st.sampled_from([17850.0, 13047.0, None])),
        country=draw(st.sampled_from(["United Kingdom", "EIRE", "Atlantis", ""])),
    )


def says(sheet: list[Row]) -> Fraction:
    """The sum of a sheet by other means: every quantity that is one times every such price."""
    return sum(
        (
            Fraction(repr(row.price)) * row.quantity
            for row in sheet
            if abs(row.quantity) < 10**9 and row.price == row.price and abs(row.price) < 1e13
        ),
        Fraction(),
    )


def exactly(amount: Decimal) -> Fraction:
    return Fraction(*amount.as_integer_ratio())


def imported(sheet: list[Row]) -> Books:
    with TemporaryDirectory() as folder, localcontext(EXACT):
        return bring_in(Path(folder), sheet)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sheet=st.lists(rows(), min_size=1, max_size=40))
def test_the_sums_of_any_sheet_are_its_own_and_those_of_the_books(sheet: list[Row]) -> None:
    with transaction.atomic():
        books = imported(sheet)
        with localcontext(EXACT):
            parts = [books.amount(each) for each in ("imported", "adjusted", "rejected")]
            assert exactly(sum(parts, Decimal())) == says(sheet)
            assert books.reckoning.whole.lines == len(sheet)
            assert sold() == books.amount("imported")
            assert adjusted() == books.amount("adjusted")
        before = events()
        assert imported(sheet).done.events == 0
        assert events() == before
        transaction.set_rollback(True)
