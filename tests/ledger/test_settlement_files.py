"""A settlement file is understood whole, or refused line by line; nothing of it is lost."""

from pathlib import Path
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from modules.ledger.commands import reconcile_file
from modules.ledger.contracts import Reconciliation, SettlementFile, SettlementFileRefused
from modules.ledger.models import CaseRow, SettlementRow
from modules.payments.contracts import ProviderUnknown
from modules.payments.models import BankOperation
from tests.frontend.staff.people import signed_in, text
from tests.ledger.books import booked
from tests.ledger.simulator import Simulator

pytestmark = pytest.mark.django_db

HEADINGS = "id,kind,amount,currency,occurred_at"
GOOD = "c1,charge,12.90,EUR,2026-03-01T12:00:00Z"


def file(*lines: str, headings: str = HEADINGS, provider: str = "testbank") -> SettlementFile:
    content = "\n".join((headings, *lines)).encode()
    return SettlementFile(provider=provider, name="march.csv", content=content)


def refusal(taken: SettlementFile) -> list[tuple[int, str]]:
    with pytest.raises(SettlementFileRefused) as caught:
        reconcile_file(taken)
    assert not SettlementRow.objects.exists()
    problems = caught.value.fields["problems"]
    return [(each.line, each.message) for each in problems]  # type: ignore[attr-defined]


def done(*lines: str) -> Reconciliation:
    return reconcile_file(file(*lines))


def test_a_file_is_compared_as_the_provider_is() -> None:
    bank = Simulator(Random(1))
    payment_id = bank.pay(1_290)
    operation = BankOperation.objects.get(session__payment_id=payment_id)
    line = f"{GOOD},{operation.id},{payment_id}"
    taken = file(line, headings=f"{HEADINGS},operation,payment")
    first = reconcile_file(taken)
    assert (first.matched, first.heard, first.opened) == (1, 1, 0)
    assert booked()["clearing:testbank"] == 1_290
    again = reconcile_file(taken)
    assert (again.records, again.repeated, again.matched, again.opened) == (1, 1, 0, 0)


def test_what_only_the_file_has_is_a_case_once() -> None:
    assert done(GOOD).opened == 1
    assert done(GOOD, GOOD).opened == 0
    assert CaseRow.objects.get().evidence["came by"] == "file march.csv"


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_taken() -> None:
    ((number, message),) = refusal(file(GOOD, "c2,charge,12.905,EUR,2026-03-01T12:00:00Z"))
    assert number == 3
    assert "EUR has 2 decimals" in message


def test_every_bad_line_is_named_at_once() -> None:
    found = refusal(file("a,b,c,d,e", GOOD, "f,charge,x,EUR,now"))
    assert [line for line, _ in found] == [2, 4]


def test_another_providers_file_is_refused() -> None:
    assert "another provider's" in refusal(file(GOOD, headings="txn,gross,net"))[0][1]
    line = f"{GOOD},stripe"
    found = refusal(file(line, headings=f"{HEADINGS},provider"))
    assert "this is a file of testbank" in found[0][1]
    with pytest.raises(ProviderUnknown):
        reconcile_file(file(GOOD, provider="nobody"))


def test_another_shops_file_is_refused_before_it_becomes_cases() -> None:
    lines = [GOOD.replace("c1", f"c{n}") for n in range(10)]
    assert "None of its 10 charges" in refusal(file(*lines))[0][1]
    assert done(*lines[:9]).opened == 9


def test_staff_upload_a_file_and_read_what_is_wrong_with_it() -> None:
    staff = signed_in("staff")
    good, bad = (SimpleUploadedFile("m.csv", f"{HEADINGS}\n{x}".encode()) for x in (GOOD, "1,2"))
    answer = staff.post("/ledger/cases/file/", {"provider": "testbank", "file": good})
    assert "1 cases opened" in text(answer)
    answer = staff.post("/ledger/cases/file/", {"provider": "testbank", "file": bad})
    assert answer.status_code == 422
    assert "Line 2: It has 2 values under 5 headings" in text(answer)
    assert staff.post("/ledger/cases/file/", {"provider": "testbank"}).status_code == 422
    assert signed_in("auditor").post("/ledger/cases/file/").status_code == 403


def test_the_command_line_takes_a_file_and_names_bad_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "march.csv"
    path.write_text(f"{HEADINGS}\n{GOOD}\n")
    call_command("ledger", "reconcile", "testbank", "--file", str(path))
    assert "their amount: 12.90 EUR" in capsys.readouterr().out
    path.write_text(f"{HEADINGS}\nc2,charge\n")
    with pytest.raises(CommandError, match="Line 2"):
        call_command("ledger", "reconcile", "testbank", "--file", str(path))
    with pytest.raises(CommandError, match="No such file"):
        call_command("ledger", "reconcile", "testbank", "--file", str(tmp_path / "april.csv"))
