"""A return finds the customer's own earlier sales, the oldest first; the rest is an adjustment."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from config.history.planning import NO_CUSTOMER, NO_EARLIER_SALE
from modules.adjustments.selectors import adjustment_entries, adjustments
from modules.kernel.identity import new_id
from modules.orders.commands import receive_return, refund_order, request_return
from modules.orders.contracts import LineQuantity, ReceiveReturn, RefundOrder, RequestReturn
from modules.payments.selectors import payments_of
from tests.history.books import adjusted, bring_in, order, sold
from tests.support.trade_sample import Row

pytestmark = pytest.mark.django_db

FIRST = Row(invoice="536365", code="71053", description="LANTERN", quantity=6, price=3.39,
            at="2010-12-01 08:26:00")  # fmt: skip
SECOND = replace(FIRST, invoice="536400", at="2010-12-02 09:00:00")
BACK = replace(FIRST, invoice="C536500", quantity=-8, at="2010-12-03 10:00:00")
LATER = replace(BACK, invoice="C536600", quantity=-4, at="2010-12-04 10:00:00")


def reasons() -> list[str]:
    return [entry.reason for one in adjustments() for entry in adjustment_entries(one.id)]


def returned(number: str) -> int:
    return sum(line.returned for line in order(number).lines)


def test_the_oldest_sale_is_returned_first_and_its_money_given_back(tmp_path: Path) -> None:
    bring_in(tmp_path, [FIRST, SECOND, BACK])
    assert (returned("536365"), returned("536400")) == (6, 2)
    (first,) = payments_of(order("536365").id)
    (second,) = payments_of(order("536400").id)
    assert (first.status, first.refunded_minor) == ("refunded", 2034)
    assert (second.status, second.refunded_minor) == ("partially-refunded", 678)
    assert second.refunds[0].requested_at == order("536400").returns[0].requested_at
    assert second.refunds[0].reason == "Invoice C536500"


def test_no_unit_comes_back_twice(tmp_path: Path) -> None:
    bring_in(tmp_path, [FIRST, SECOND, BACK, LATER, replace(LATER, invoice="C536601")])
    assert returned("536365") + returned("536400") == 12
    assert reasons() == [NO_EARLIER_SALE]


def test_a_line_comes_back_whole_or_not_at_all(tmp_path: Path) -> None:
    books = bring_in(tmp_path, [FIRST, BACK])
    assert returned("536365") == 0
    assert (books.lines("imported"), books.lines("adjusted")) == (1, 1)


@pytest.mark.parametrize(
    "changes",
    [{"customer": 13047.0}, {"code": "22752"}, {"price": 3.4}, {"at": "2010-12-01 08:25:00"}],
    ids=["another customer", "another code", "dearer than it was", "before it was sold"],
)
def test_what_was_not_bought_like_that_is_an_adjustment(
    tmp_path: Path, changes: dict[str, float | str]
) -> None:
    bring_in(tmp_path, [FIRST, replace(LATER, **changes)])  # type: ignore[arg-type]
    assert returned("536365") == 0
    assert reasons() == [NO_EARLIER_SALE]


def test_a_return_by_nobody_is_an_adjustment(tmp_path: Path) -> None:
    rows = [replace(FIRST, customer=None), replace(LATER, customer=None)]
    bring_in(tmp_path, rows)
    assert reasons() == [NO_CUSTOMER]


def test_less_may_be_given_back_than_was_paid(tmp_path: Path) -> None:
    books = bring_in(tmp_path, [FIRST, replace(LATER, price=1.5)])
    assert returned("536365") == 4
    assert sold() == books.amount("imported")
    assert books.lines("adjusted") == 0


def test_a_return_may_be_in_the_same_batch_or_long_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.history.running.BATCH_LINES", 1)
    bring_in(tmp_path, [FIRST, SECOND, BACK])
    assert (returned("536365"), returned("536400")) == (6, 2)


def test_what_the_staff_gave_back_meanwhile_is_not_given_back_again(tmp_path: Path) -> None:
    bring_in(tmp_path, [FIRST], "first.parquet")
    placed = order("536365")
    back = new_id()
    lines = (LineQuantity(sku="71053", quantity=6),)
    request_return(RequestReturn(order_id=placed.id, return_id=back, lines=lines, reason="broken"))
    receive_return(ReceiveReturn(order_id=placed.id, return_id=back, restock=False))
    refund_order(RefundOrder(order_id=placed.id, refund_id=back, amount_minor=2034, reason="-"))
    books = bring_in(tmp_path, [FIRST, LATER], "both.parquet")
    assert books.done.known == 1
    assert reasons() == ["the order does not take it back: 0 of 71053 can come back, not 4."]
    assert adjusted() == books.amount("adjusted") == Decimal("-13.56")


def test_a_repeat_tells_what_was_booked_and_not_what_it_would_book_today(tmp_path: Path) -> None:
    late = bring_in(tmp_path, [BACK], "late.parquet")
    assert late.lines("adjusted") == 1
    whole = bring_in(tmp_path, [FIRST, SECOND, BACK], "whole.parquet")
    assert (returned("536365"), returned("536400")) == (0, 0)
    assert (whole.lines("imported"), whole.lines("adjusted")) == (2, 1)
    assert sold() == whole.amount("imported")


def test_a_part_of_the_books_does_not_unsay_a_return(tmp_path: Path) -> None:
    bring_in(tmp_path, [FIRST, SECOND, BACK], "whole.parquet")
    late = bring_in(tmp_path, [BACK], "late.parquet")
    assert (late.lines("imported"), late.lines("adjusted"), late.done.events) == (1, 0, 0)
