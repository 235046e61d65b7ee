"""A dispute is booked once, whichever comes first: the provider's word or a line of its books."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.ledger import reconciling
from modules.ledger.contracts import Reconciliation
from modules.ledger.models import CaseRow, SettlementRow
from modules.ledger.reconciling import Books
from modules.payments.contracts import SettlementRecord
from modules.payments.domain.reports import Report
from modules.payments.hearing import Hear, hear
from modules.payments.models import BankOperation
from tests.ledger.books import booked
from tests.ledger.simulator import Simulator

pytestmark = pytest.mark.django_db

CLEARING = "clearing:testbank"
DISPUTED = {CLEARING: 600, "disputes": 400, "receivable": -1_000}


@pytest.fixture
def payment_id() -> UUID:
    """A payment of 10.00 EUR that both sides know to be captured."""
    bank = Simulator(Random(1))
    found = bank.pay(1_000)
    bank.collect()
    reconciling.with_provider("testbank", grace=timedelta())
    return found


def told(payment_id: UUID) -> None:
    """The provider says that 4.00 EUR are charged back."""
    report = Report(
        kind="disputed",
        payment_id=payment_id,
        operation_id=new_id(),
        amount_minor=400,
        currency="EUR",
        message="goods not received",
    )
    hear(Hear(provider="testbank", source="enquiry", payment_id=payment_id, reports=(report,)))


def line(payment_id: UUID) -> SettlementRecord:
    """The same in the provider's books, which name the payment as the provider does."""
    reference = BankOperation.objects.get(session__payment_id=payment_id).session_id
    return SettlementRecord(
        id="du_1",
        kind="dispute",
        amount_minor=400,
        currency="EUR",
        occurred_at=now(),
        provider_reference=str(reference),
    )


def given(*lines: SettlementRecord, until: timedelta = timedelta(days=9999)) -> Reconciliation:
    books = Books(provider="testbank", source="lines", since=None, until=now() - until)
    return reconciling.reconcile(books, lines)


def cases() -> list[tuple[str, str]]:
    return list(CaseRow.objects.order_by("opened_at").values_list("kind", "status"))


def test_a_line_agrees_with_a_dispute_that_was_told_before(payment_id: UUID) -> None:
    told(payment_id)
    done = given(line(payment_id))
    assert (done.matched, done.booked, cases()) == (1, 0, [])
    assert booked() == DISPUTED


def test_a_line_waits_as_a_case_for_the_word_of_a_dispute(payment_id: UUID) -> None:
    done = given(line(payment_id))
    assert (done.booked, cases()) == (0, [("missing-here", "open")])
    assert booked() == {CLEARING: 1_000, "receivable": -1_000}
    told(payment_id)
    again = given(line(payment_id))
    assert (again.matched, again.closed) == (1, 1)
    assert cases() == [("missing-here", "agreed")]
    assert booked() == DISPUTED


@pytest.mark.parametrize("named_by", ["payment", "operation"])
def test_our_own_ids_name_a_payment_as_well(payment_id: UUID, named_by: str) -> None:
    capture_id = BankOperation.objects.get(session__payment_id=payment_id).id
    ours = {"payment_id": payment_id} if named_by == "payment" else {"operation_id": capture_id}
    given(replace(line(payment_id), provider_reference="", **ours))  # type: ignore[arg-type]
    assert cases() == [("missing-here", "open")]


def test_a_line_of_another_amount_than_was_told_is_a_case(payment_id: UUID) -> None:
    told(payment_id)
    given(replace(line(payment_id), amount_minor=500))
    assert cases() == [("amount-differs", "open")]
    assert booked() == DISPUTED


def test_a_dispute_of_nothing_that_we_know_is_booked_by_its_line(payment_id: UUID) -> None:
    done = given(replace(line(payment_id), provider_reference="before the shop was opened"))
    assert (done.booked, cases()) == (1, [])
    assert booked() == DISPUTED


def test_a_dispute_that_the_provider_does_not_show_is_missed(payment_id: UUID) -> None:
    told(payment_id)
    assert given(until=timedelta()).opened == 1
    assert cases() == [("missing-there", "open")]
    assert CaseRow.objects.get().evidence["our amount"] == "4.00 EUR"
    assert given(line(payment_id)).closed == 1
    assert SettlementRow.objects.get(record="du_1").matched is not None
