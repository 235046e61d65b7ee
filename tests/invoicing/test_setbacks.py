"""What documents do when money goes back and forth: a credit note is about the price, not about
whether the money arrived."""

from typing import Any
from uuid import UUID

import pytest

from modules.checkout.contracts import Placed
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.invoicing.selectors import documents_of
from modules.kernel.identity import new_id
from modules.payments.domain.reports import ReportKind
from modules.payments.hearing import Hear, hear
from tests.payments.story import report
from tests.support.trade import bring_back, order_of, paid, payment_of, refund, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def sent() -> Placed:
    placed = paid(prints=2)
    ship(placed, prints=2)
    return placed


def kinds(placed: Placed) -> list[tuple[str, int]]:
    issue_documents(IssueDocuments(order_id=placed.order_id))
    return [(each.kind, each.total_minor) for each in documents_of(placed.order_id)]


def said(placed: Placed, kind: ReportKind, operation_id: UUID, amount_minor: int) -> None:
    """The bank says it of the order's payment."""
    fields: dict[str, Any] = {"operation_id": operation_id, "amount_minor": amount_minor}
    told = report(kind, payment_id=placed.payment_id, message="as the bank says", **fields)
    hear(
        Hear(
            provider="testbank",
            source="enquiry",
            payment_id=placed.payment_id,
            reports=(told,),
        )
    )


def test_a_refund_that_came_back_leaves_its_credit_note_and_the_next_one_needs_none() -> None:
    placed = sent()
    bring_back(placed, prints=1)
    refund(placed, 3_333)
    before = kinds(placed)
    assert before == [("invoice", placed.total_minor), ("credit-note", 3_333)]
    (asked,) = payment_of(placed).refunds
    said(placed, "refund-reversed", asked.id, 3_333)
    assert payment_of(placed).refunded_minor == 0
    assert kinds(placed) == before
    refund(placed, 3_333)
    assert payment_of(placed).refunded_minor == 3_333
    assert kinds(placed) == before
    refund(placed, 100)
    assert kinds(placed) == [*before, ("credit-note", 100)]


@pytest.mark.parametrize("end", ["dispute-won", "dispute-lost"])
def test_a_charge_back_changes_no_document_however_it_ends(end: ReportKind) -> None:
    placed = sent()
    before = kinds(placed)
    dispute = new_id()
    said(placed, "disputed", dispute, placed.total_minor)
    assert payment_of(placed).status == "charged-back"
    assert kinds(placed) == before == [("invoice", placed.total_minor)]
    said(placed, end, dispute, placed.total_minor)
    assert kinds(placed) == before
    assert order_of(placed).due_minor == placed.total_minor
