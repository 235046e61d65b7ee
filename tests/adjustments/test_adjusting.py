"""An adjustment keeps amounts finer than a penny, exactly."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from events.bulk import Bulk, Occasion
from modules.adjustments.commands import record_past_adjustment
from modules.adjustments.contracts import (
    AdjustmentNotFound,
    AdjustmentUnsound,
    Entry,
    RecordAdjustment,
    joined,
    split,
)
from modules.adjustments.domain.adjustment import Adjustment
from modules.adjustments.selectors import adjustment_entries, adjustment_totals, adjustments
from modules.kernel.clock import now
from modules.kernel.identity import derived_id, new_id


def entry(price: str, quantity: int = 1) -> Entry:
    return Entry(
        code="PADS",
        description="PADS",
        quantity=quantity,
        unit_price=Decimal(price),
        reason="price finer than a penny",
    )


def recorded(*entries: Entry) -> Adjustment:
    return Adjustment.record(new_id(), number="550193", party="", currency="GBP", entries=entries)


@pytest.mark.parametrize(
    ("price", "parts"),
    [("0.001", (0, 100_000)), ("-0.001", (-1, 900_000)), ("12.34", (1234, 0)), ("-5", (-500, 0))],
)
def test_an_amount_is_whole_pennies_and_millionths_of_one(
    price: str, parts: tuple[int, int]
) -> None:
    assert split(Decimal(price), "GBP") == parts
    assert joined(*parts, "GBP") == Decimal(price)


@given(st.integers(-(10**18), 10**18))
def test_splitting_and_joining_lose_nothing(hundred_millionths: int) -> None:
    amount = Decimal(hundred_millionths).scaleb(-8)
    assert joined(*split(amount, "GBP"), "GBP") == amount


def test_the_entries_are_added_up_exactly() -> None:
    found = recorded(entry("0.001", 7), entry("0.004"), entry("-0.01"))
    assert (found.amount_minor, found.rest_millionths) == (0, 100_000)


def test_an_adjustment_of_nothing_or_finer_than_fine_is_refused() -> None:
    with pytest.raises(AdjustmentUnsound, match="at least one entry"):
        recorded()
    with pytest.raises(AdjustmentUnsound, match="finer than a millionth"):
        recorded(entry("0.000000001"))


@pytest.mark.django_db
def test_adjustments_are_listed_newest_first_page_by_page() -> None:
    bulk = Bulk()
    for number in range(5):
        record_past_adjustment(bulk, message(str(number)), occasion(number))
    with transaction.atomic():
        bulk.store()
    first = adjustments(limit=3)
    rest = adjustments(after=first[-1], limit=3)
    assert len({each.id for each in first + rest}) == 5
    assert adjustment_totals("GBP").amount == Decimal("0.005")
    assert adjustment_totals("EUR").documents == 0
    assert adjustment_entries(first[0].id) == (entry("0.001"),)
    with pytest.raises(AdjustmentNotFound):
        adjustment_entries(new_id())


def message(number: str) -> RecordAdjustment:
    return RecordAdjustment(
        adjustment_id=derived_id("test", number),
        number=number,
        party="",
        currency="GBP",
        entries=(entry("0.001"),),
    )


def occasion(number: int) -> Occasion:
    return Occasion(key=UUID(int=number), reason=UUID(int=number), effective_at=now())
