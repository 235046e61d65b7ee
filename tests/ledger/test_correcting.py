"""A rounding bug is found order by order and cent by cent, and put right without an edit."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command

from events.database import fetch
from modules.kernel.identity import new_id
from modules.ledger.commands import correct_order
from modules.ledger.contracts import CorrectOrder, NothingToCorrect, ReasonMissing
from modules.ledger.domain.accounts import rate_name
from modules.ledger.selectors import discrepancies, order_entries
from modules.orders.contracts import OrderNotFound
from modules.pricing.contracts import Quote
from tests.ledger.books import CENT, booked
from tests.ledger.selling import order_id, rounding_down, sell

pytestmark = pytest.mark.django_db

WHY = "Tax was cut off instead of rounded, mended on 22 November."


def events() -> list[tuple[object, ...]]:
    return fetch(
        "SELECT event_id, payload::text, hash FROM es.event WHERE topic LIKE 'orders.%%'"
        " ORDER BY stream_id, version"
    )


def books_of(order: UUID) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in order_entries(order):
        for leg in entry.legs:
            found[leg.account] = found.get(leg.account, 0) + int(leg.amount / CENT)
    return {account: amount for account, amount in found.items() if amount}


def taxes(quote: Quote) -> dict[str, int]:
    return {
        f"tax:{rate_name(tax.code, tax.rate_millionths)}": -tax.tax_minor
        for tax in quote.taxes
        if tax.tax_minor
    }


def amounts(quote: Quote) -> tuple[int, int]:
    return quote.total_minor, quote.tax_minor


@pytest.mark.parametrize("orders", [60, pytest.param(1_000, marks=pytest.mark.stress)])
def test_orders_of_a_rounding_bug_are_listed_to_the_cent_and_put_right(
    monkeypatch: pytest.MonkeyPatch, orders: int
) -> None:
    sell(range(orders, orders + 20))
    with rounding_down(monkeypatch):
        wrong = _sold(orders)
    originals = events()
    with monkeypatch.context() as nothing_stored:
        nothing_stored.setattr("tests.ledger.selling.Bulk.store", lambda bulk: 0)
        right = _sold(orders)
    affected = {
        order: (*amounts(wrong[order]), *amounts(right[order]))
        for order in wrong
        if wrong[order].lines != right[order].lines
        or wrong[order].delivery != right[order].delivery
    }
    assert orders // 3 < len(affected) < orders
    found = list(discrepancies())
    assert {
        each.order_id: (
            each.total_minor,
            each.tax_minor,
            each.right_total_minor,
            each.right_tax_minor,
        )
        for each in found
    } == affected
    assert all(each.reasons for each in found)
    booked()
    for each in found:
        correct_order(CorrectOrder(order_id=each.order_id, reason=WHY))
    booked()
    for order in affected:
        held = books_of(order)
        assert {name: held[name] for name in held if name.startswith("tax:")} == taxes(right[order])
        more = right[order].total_minor - wrong[order].total_minor
        assert held.get("rounding", 0) == max(more, 0)
        assert held.get("receivable", 0) == min(more, 0)
    assert events() == originals
    assert all(each.corrected for each in discrepancies())


def _sold(orders: int) -> dict[UUID, Quote]:
    """So many orders, half of them at prices with tax and half without."""
    half = orders // 2
    return sell(range(half)) | sell(range(half, orders), included=False)


def test_an_order_is_corrected_once_and_only_if_it_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sell(range(1))
    with pytest.raises(NothingToCorrect):
        correct_order(CorrectOrder(order_id=order_id(0), reason=WHY))
    with rounding_down(monkeypatch):
        sell(range(1, 12))
    wrong = next(discrepancies())
    with pytest.raises(ReasonMissing):
        correct_order(CorrectOrder(order_id=wrong.order_id, reason="bug"))
    correct_order(CorrectOrder(order_id=wrong.order_id, reason=WHY))
    before = booked()
    with pytest.raises(NothingToCorrect):
        correct_order(CorrectOrder(order_id=wrong.order_id, reason=WHY))
    assert booked() == before
    with pytest.raises(OrderNotFound):
        correct_order(CorrectOrder(order_id=new_id(), reason=WHY))


def test_the_command_line_lists_and_corrects(monkeypatch: pytest.MonkeyPatch) -> None:
    with rounding_down(monkeypatch):
        sell(range(20))
    listed = StringIO()
    call_command("ledger", "discrepancies", stdout=listed)
    assert "tax-of-line" in listed.getvalue()
    call_command("ledger", "discrepancies", "--correct", WHY, stdout=listed)
    again = StringIO()
    call_command("ledger", "discrepancies", "--correct", WHY, stdout=again)
    assert " 0 of them not corrected" in again.getvalue()
