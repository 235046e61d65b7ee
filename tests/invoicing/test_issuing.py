"""When invoices and credit notes are issued, and what is left of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from pytest_django import Settings

from events.bulk import Bulk, Occasion
from events.projections import registered
from events.relay import drain
from events.store import read_stream
from modules.checkout.contracts import Placed
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import DocumentSummary, IssueDocuments, Terms
from modules.invoicing.domain.billing import billing_of
from modules.invoicing.selectors import document, documents_of
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.commands import record_past_order, refund_order, settle
from modules.orders.contracts import PastOrder, PlaceOrder, RefundOrder
from modules.payments.selectors import payments_of
from tests.orders.story import CONTACT, quote
from tests.support.trade import (
    ADDRESS,
    DELIVERY,
    PRICES,
    PRINT,
    bring_back,
    buy,
    cancel,
    cancel_some,
    paid,
    payment_of,
    refund,
    ship,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

TOTAL = 3 * PRICES[PRINT] + 500 + DELIVERY


def issued(placed: Placed) -> tuple[DocumentSummary, ...]:
    issue_documents(IssueDocuments(order_id=placed.order_id))
    return documents_of(placed.order_id)


def left(placed: Placed) -> int:
    return sum(each.sign * each.total_minor for each in issued(placed))


def reasons(number: str) -> list[str]:
    return [line.reason for line in document(number).lines]


def test_an_order_that_nobody_shipped_has_no_invoice() -> None:
    assert issued(paid()) == ()


def test_each_parcel_has_its_invoice_and_the_first_holds_the_delivery() -> None:
    placed = paid()
    ship(placed, prints=2)
    ship(placed, prints=1, cards=1)
    first, second = issued(placed)
    assert first.total_minor == 2 * PRICES[PRINT] + DELIVERY
    assert second.total_minor == PRICES[PRINT] + 500
    assert [line.kind for line in document(first.number).lines] == ["goods", "delivery"]


def test_an_invoice_says_who_sold_to_whom_when_and_at_which_tax() -> None:
    ship(placed := paid())
    found = document(issued(placed)[0].number)
    assert found.number == f"INV-{found.issued_on.year}-000001"
    assert found.buyer == ADDRESS
    assert (found.seller.name, found.seller.vat_id) == ("Halftone SAS", "FR12000000000")
    assert found.supplied_on == found.issued_on
    (tax,) = found.taxes
    assert (tax.category, tax.rate_millionths) == ("S", 200_000)
    assert (tax.net_minor + tax.tax_minor, found.total_minor) == (TOTAL, TOTAL)


def test_numbers_follow_one_another_over_orders_and_kinds_have_their_own() -> None:
    placed = [paid(prints=1), paid(prints=1)]
    for each in placed:
        ship(each, prints=1)
        issued(each)
    refund(placed[0], 100)
    numbers = [each.number[-6:] for order in placed for each in issued(order)]
    assert numbers == ["000001", "000001", "000002"]


def test_the_year_of_a_number_is_that_of_the_shop_s_own_clocks() -> None:
    ship(placed := paid())
    year = now().year + 2
    with time_machine.travel(datetime(year - 1, 12, 31, 23, 30, tzinfo=UTC), tick=False):
        (invoice,) = issued(placed)
    assert (invoice.number, invoice.issued_on) == (f"INV-{year}-000001", date(year, 1, 1))


def test_cancelling_what_was_not_invoiced_needs_no_credit_note() -> None:
    placed = paid()
    ship(placed, prints=1)
    cancel_some(placed, prints=2)
    assert [each.kind for each in issued(placed)] == ["invoice"]
    assert left(placed) == PRICES[PRINT] + DELIVERY


def test_a_refunded_return_is_a_credit_note_that_names_its_units() -> None:
    ship(placed := paid())
    bring_back(placed, prints=1)
    assert [each.kind for each in issued(placed)] == ["invoice"], "no money was given back yet"
    refund(placed, PRICES[PRINT])
    invoice, note = issued(placed)
    (line,) = document(note.number).lines
    assert (line.sku, line.quantity, line.reason) == (PRINT, 1, "returned")
    assert (note.cites, left(placed)) == (invoice.number, TOTAL - PRICES[PRINT])


def test_a_refund_beyond_the_return_is_a_price_reduction_on_the_same_credit_note() -> None:
    ship(placed := paid())
    bring_back(placed, prints=1)
    refund(placed, PRICES[PRINT] + 250)
    _, note = issued(placed)
    assert reasons(note.number) == ["returned", "reduced"]
    assert note.total_minor == PRICES[PRINT] + 250


def test_all_that_is_given_back_leaves_nothing_of_any_amount() -> None:
    ship(placed := paid())
    for amount in (1, 333, TOTAL - 334):
        refund(placed, amount)
        issued(placed)
    documents = issued(placed)
    for name in ("net_minor", "tax_minor", "total_minor"):
        assert sum(each.sign * getattr(each, name) for each in documents) == 0


def test_the_news_of_a_parcel_and_of_a_refund_have_their_documents_issued() -> None:
    ship(placed := paid())
    drain()
    refund(placed, 100)
    drain()
    assert [each.kind for each in documents_of(placed.order_id)] == ["invoice", "credit-note"]


def test_issuing_again_issues_nothing() -> None:
    ship(placed := paid())
    before = issued(placed)
    assert issue_documents(IssueDocuments(order_id=placed.order_id)) == ()
    assert issued(placed) == before


def test_on_confirmation_one_invoice_holds_all_and_cancellations_are_credited(
    settings: Settings,
) -> None:
    settings.SHOP_INVOICE, settings.SHOP_CAPTURE = "on-confirmation", "at-once"
    placed = paid()
    assert left(placed) == TOTAL
    cancel_some(placed, prints=1)
    assert left(placed) == TOTAL - PRICES[PRINT]
    ship(placed, prints=2, cards=1)
    assert [each.kind for each in issued(placed)] == ["invoice", "credit-note"]
    refund(placed, 700)
    payment = payment_of(placed)
    assert left(placed) == payment.captured_minor - payment.refunded_minor


def test_a_cancelled_order_that_was_invoiced_is_credited_whole(settings: Settings) -> None:
    settings.SHOP_INVOICE, settings.SHOP_CAPTURE = "on-confirmation", "at-once"
    placed = paid()
    issued(placed)
    refund(placed, 1_000)
    issued(placed)
    cancel(placed)
    assert left(placed) == 0
    assert "delivery" in [line.kind for line in document(issued(placed)[-1].number).lines]


def test_an_order_keeps_the_policy_it_began_with(settings: Settings) -> None:
    placed = paid()
    ship(placed, prints=1)
    issued(placed)
    settings.SHOP_INVOICE = "on-confirmation"
    ship(placed, prints=2, cards=1)
    assert [each.kind for each in issued(placed)] == ["invoice", "invoice"]
    assert left(placed) == TOTAL


def test_what_is_paid_by_transfer_is_asked_for_once_until_a_day() -> None:
    placed = paid(method="invoice")
    ship(placed, prints=2)
    ship(placed, prints=1, cards=1)
    invoices = [document(each.number) for each in issued(placed)]
    assert sum(each.terms.due_minor for each in invoices) == TOTAL
    for each in invoices:
        assert each.terms.due_on == each.issued_on + timedelta(days=14)
    ship(other := paid(prints=1), prints=1)
    assert document(issued(other)[0].number).terms == Terms(method="Test bank")


def test_an_unpaid_order_that_expires_has_no_document() -> None:
    cancel(placed := buy())
    assert issued(placed) == ()


def test_the_list_of_documents_is_folded_anew_to_the_same_rows() -> None:
    ship(placed := paid(), prints=1)
    issued(placed)
    refund(placed, 100)
    before = issued(placed)
    projection = registered()["invoicing.documents"]
    projection.clear()
    assert documents_of(placed.order_id) == ()
    projection.project(read_stream(billing_of(placed.order_id)))
    assert documents_of(placed.order_id) == before


def test_an_imported_order_has_no_document_even_when_it_is_refunded_today() -> None:
    order_id = new_id()
    bulk = Bulk()
    past = PlaceOrder(
        order_id=order_id,
        number="536365",
        cart_id=new_id(),
        customer_id=None,
        contact=CONTACT,
        quote=quote(),
    )
    occasion = Occasion(
        key=new_id(), reason=new_id(), effective_at=datetime(2010, 12, 1, tzinfo=UTC)
    )
    record_past_order(
        bulk, PastOrder(order=past, payment_id=new_id(), provider="invoice"), occasion
    )
    with transaction.atomic():
        bulk.store()
    refund_order(
        RefundOrder(order_id=order_id, refund_id=new_id(), amount_minor=100, reason="Damaged")
    )
    settle(order_id)
    drain()
    assert payments_of(order_id)[0].refunded_minor == 100
    assert documents_of(order_id) == ()
