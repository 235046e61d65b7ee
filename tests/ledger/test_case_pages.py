"""Staff look at what differs, ask a provider again, and close a case with a reason."""

from datetime import timedelta
from random import Random

import pytest
from django.test import Client

from events.timetable import ask_for_due
from modules.kernel.identity import new_id
from modules.ledger import reconciling
from modules.ledger.models import CaseRow
from modules.ledger.tasks import reconcile_all
from tests.frontend.staff.people import signed_in, text
from tests.ledger.simulator import Simulator

pytestmark = pytest.mark.django_db

WHY = "The bank took it back by telephone."


@pytest.fixture
def case() -> CaseRow:
    Simulator(Random(1)).invent(7_777)
    reconciling.with_provider("testbank", grace=timedelta())
    return CaseRow.objects.get()


@pytest.fixture
def staff() -> Client:
    return signed_in("staff")


def test_an_open_case_shows_its_evidence(case: CaseRow, staff: Client) -> None:
    assert "The provider has it, the books have not" in text(staff.get("/ledger/cases/"))
    page = text(staff.get(f"/ledger/cases/{case.id}/"))
    assert "77.77 EUR" in page
    assert "Nothing of ours" in page


def test_closing_needs_a_reason_and_keeps_it(case: CaseRow, staff: Client) -> None:
    address = f"/ledger/cases/{case.id}/close/"
    refused = staff.post(address, {"reason": "no"})
    assert refused.status_code == 409
    assert "Say why" in text(refused)
    assert staff.post(address, {"reason": "\0" * 20}).status_code == 409
    assert staff.post(address, {"reason": f"{WHY}\0"}).status_code == 303
    page = text(staff.get(f"/ledger/cases/{case.id}/"))
    assert WHY in page
    assert "Sascha" in page
    assert staff.post(address, {"reason": WHY}).status_code == 409
    assert "No cases" in text(staff.get("/ledger/cases/"))


def test_an_auditor_reads_and_does_not_close(case: CaseRow) -> None:
    auditor = signed_in("auditor")
    assert auditor.get(f"/ledger/cases/{case.id}/").status_code == 200
    assert auditor.post(f"/ledger/cases/{case.id}/close/", {"reason": WHY}).status_code == 403
    assert auditor.post("/ledger/cases/compare/").status_code == 403


def test_staff_ask_a_provider_now(staff: Client) -> None:
    Simulator(Random(1)).invent(8_888)
    answer = staff.post("/ledger/cases/compare/", {"provider": "testbank"})
    assert "1 lines compared" in text(answer)
    assert "88.88" in text(answer)
    refused = staff.post("/ledger/cases/compare/", {"provider": "nobody"})
    assert refused.status_code == 409
    assert staff.get(f"/ledger/cases/{new_id()}/").status_code == 404


def test_it_comes_round_by_itself() -> None:
    Simulator(Random(1)).invent(8_888)
    ask_for_due()
    reconcile_all(new_id())
    assert CaseRow.objects.count() == 1
