"""After one comparison with the bank's own books, ours are right, and what is left is a case."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from events.store import log_head, read_log
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.ledger import reconciling
from modules.ledger.commands import close_case, reconcile
from modules.ledger.contracts import (
    CaseClosed,
    CloseCase,
    ReasonMissing,
    Reconciliation,
    ReconciliationRuns,
)
from modules.ledger.models import CaseRow, SettlementRow
from modules.ledger.reconciling import Books
from modules.payments.contracts import ProviderUnavailable, ProviderUnknown, SettlementRecord
from modules.payments.models import BankOperation
from tests.ledger.books import booked
from tests.ledger.simulator import Simulator, truth

pytestmark = pytest.mark.django_db

CLEARING = "clearing:testbank"


def compare() -> Reconciliation:
    """A pass with the bank that forgives no delay."""
    return reconciling.with_provider("testbank", grace=timedelta())


def line(**changes: object) -> SettlementRecord:
    fields = {
        "id": "line-1",
        "kind": "charge",
        "amount_minor": 1_000,
        "currency": "EUR",
        "occurred_at": now(),
    }
    return SettlementRecord(**{**fields, **changes})  # type: ignore[arg-type]  # its own fields


def given(*lines: SettlementRecord) -> Reconciliation:
    """A pass over these lines alone, which says nothing of what else there may be."""
    long_ago = now() - timedelta(days=9999)
    books = Books(provider="testbank", source="lines", since=long_ago, until=long_ago)
    return reconciling.reconcile(books, lines)


def captured(amount: int = 1_000) -> UUID:
    """A payment that both sides know to be captured; returns the capture's id."""
    bank = Simulator(Random(1))
    payment_id = bank.pay(amount)
    bank.collect()
    compare()
    return BankOperation.objects.get(session__payment_id=payment_id).id


def cases() -> list[tuple[str, str]]:
    return list(CaseRow.objects.order_by("opened_at").values_list("kind", "status"))


def test_a_bad_line_to_the_bank_costs_nothing() -> None:
    bank = Simulator(Random(3))
    payments = [bank.pay(1_000 + n) for n in range(40)]
    bank.deliver()
    for payment_id in payments[::3]:
        bank.give_back(payment_id, 250)
    bank.deliver()
    for amount in (7_777, 8_888):
        bank.invent(amount)
    assert bank.lost >= 1
    assert bank.late
    before = booked()[CLEARING]
    assert before != truth()
    done = compare()
    assert booked() == {CLEARING: truth(), "receivable": -truth()}
    assert done.heard >= 1
    assert done.opened == 2
    assert cases() == [("missing-here", "open")] * 2
    assert {each.evidence["their amount"] for each in CaseRow.objects.all()} == {
        "77.77 EUR",
        "88.88 EUR",
    }
    events, head = booked(), log_head()
    again = compare()
    assert (again.heard, again.opened, again.closed, again.booked) == (0, 0, 0, 0)
    assert again.repeated == again.records == done.records
    bank.post(bank.late)
    assert (booked(), log_head()) == (events, head)


def test_what_the_provider_does_not_show_is_a_case_until_it_does() -> None:
    capture_id = captured()
    SettlementRow.objects.all().delete()
    shown = BankOperation.objects.get(id=capture_id)
    BankOperation.objects.filter(id=capture_id).update(accepted=False)
    assert compare().opened == 1
    assert cases() == [("missing-there", "open")]
    shown.save()
    assert compare().closed == 1
    assert cases() == [("missing-there", "agreed")]
    assert (compare().opened, cases()) == (0, [("missing-there", "agreed")])


def test_what_comes_late_is_forgiven_for_a_while() -> None:
    BankOperation.objects.filter(id=captured()).update(accepted=False)
    SettlementRow.objects.all().delete()
    assert reconcile("testbank").opened == 0


def test_another_amount_is_a_case_with_both_amounts() -> None:
    capture_id = captured()
    SettlementRow.objects.all().delete()
    given(line(operation_id=capture_id, amount_minor=1_500))
    assert cases() == [("amount-differs", "open")]
    evidence = CaseRow.objects.get().evidence
    assert (evidence["their amount"], evidence["our amount"]) == ("15.00 EUR", "10.00 EUR")


def test_a_cent_of_rounding_is_an_entry_of_its_own() -> None:
    capture_id = captured()
    SettlementRow.objects.all().delete()
    assert given(line(operation_id=capture_id, amount_minor=999)).booked == 1
    assert booked() == {CLEARING: 999, "receivable": -1_000, "rounding": 1}
    assert cases() == []
    assert given(line(operation_id=capture_id, amount_minor=999)).booked == 0


def test_a_second_charge_of_one_capture_is_a_duplicate() -> None:
    given(line(id="again", operation_id=captured()))
    assert cases() == [("duplicate", "open")]


def test_a_line_that_says_something_else_than_before_is_a_case() -> None:
    given(line())
    given(line(amount_minor=2_000))
    assert cases() == [("missing-here", "open"), ("contradicts", "open")]


def test_fees_payouts_and_disputes_leave_what_the_provider_holds() -> None:
    captured()
    lines = (
        line(id="f", kind="fee", amount_minor=30),
        line(id="p", kind="payout", amount_minor=900),
        line(id="d", kind="dispute", amount_minor=20),
    )
    assert given(*lines).booked == 3
    found = booked()
    assert (found[CLEARING], found["fees"], found["bank"], found["disputes"]) == (50, 30, 900, 20)
    assert given(*lines).booked == 0
    assert booked() == found


def test_a_line_with_the_providers_own_reference_finds_its_entry() -> None:
    operation = BankOperation.objects.get(id=captured())
    SettlementRow.objects.all().delete()
    done = given(line(provider_reference=str(operation.session_id)))
    assert (done.matched, done.opened) == (1, 0)


def test_a_person_closes_a_case_with_a_reason_and_it_stays_closed() -> None:
    given(line())
    case = CaseRow.objects.get()
    with pytest.raises(ReasonMissing):
        close_case(CloseCase(case_id=case.id, reason="because"))
    close_case(CloseCase(case_id=case.id, reason="The bank took it back by telephone."))
    assert cases() == [("missing-here", "closed")]
    with pytest.raises(CaseClosed):
        close_case(CloseCase(case_id=case.id, reason="And once more, with feeling."))
    given(line())
    assert cases() == [("missing-here", "closed")]
    assert [each.topic for each in read_log(0, 1_000)][-2:] == [
        "ledger.case.opened.v1",
        "ledger.case.closed.v1",
    ]


def test_a_provider_that_falls_silent_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stutter(provider: str, since: datetime | None) -> Iterator[SettlementRecord]:
        yield line(id="heard", kind="fee")
        raise ProviderUnavailable("The bank did not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(reconciling, "BATCH", 1)
        broken.setattr(reconciling, "settlements", stutter)
        with pytest.raises(ProviderUnavailable):
            reconcile("testbank")
    assert SettlementRow.objects.get().record == "heard"
    assert compare().booked == 1
    assert booked()["fees"] == 1_000


def test_another_amount_of_what_we_asked_for_moves_no_money() -> None:
    bank = Simulator(Random(1))
    payment_id = bank.pay(1_000)
    capture = BankOperation.objects.get(session__payment_id=payment_id)
    given(line(payment_id=payment_id, operation_id=capture.id, amount_minor=9_999))
    assert booked() == {}
    assert cases() == [("missing-here", "open")]
    assert CaseRow.objects.get().evidence["our id of it, as they say"] == str(capture.id)


def test_two_passes_at_once_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "fetch", lambda *_: [(False,)])
    with pytest.raises(ReconciliationRuns):
        reconcile("testbank")


def test_a_provider_without_books_to_show_is_refused() -> None:
    with pytest.raises(ProviderUnknown):
        reconcile("invoice")


def test_a_line_about_a_payment_that_is_not_ours_moves_no_money() -> None:
    given(line(payment_id=new_id(), operation_id=new_id()))
    assert booked() == {}
    assert cases() == [("missing-here", "open")]
