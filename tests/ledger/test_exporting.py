"""The journal leaves the shop as text that other programs add up to the same balances."""

import csv
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from events.store import read_log
from modules.kernel.clock import now
from modules.ledger.contracts import JournalFormat, plain
from modules.ledger.selectors import journal_file, trial_balance
from modules.ledger.writing import harmless
from tests.history.books import bring_in
from tests.ledger.books import booked
from tests.support.trade import bring_back, paid, refund, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

ROOTS = {"asset": "assets", "liability": "liabilities", "income": "income", "expense": "expenses"}


def trade(folder: Path) -> None:
    """A sale, a refund, a debt, and documents with tenths of a penny."""
    ship(placed := paid())
    bring_back(placed, prints=1)
    refund(placed, 1_234)
    ship(paid(method="invoice"))
    bring_in(folder)
    booked()


def balances() -> dict[tuple[str, str], Decimal]:
    return {(each.account.name, each.currency): each.amount for each in trial_balance().balances}


def text(kind: JournalFormat) -> str:
    return "".join(journal_file(kind))


def test_the_table_has_every_leg_with_its_event(tmp_path: Path) -> None:
    trade(tmp_path)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    events = {row.position: str(row.event_id) for row in read_log(0, 100_000)}
    for row in csv.DictReader(StringIO(text("csv"))):
        sums[row["account"], row["currency"]] += Decimal(row["debit"] or 0)
        sums[row["account"], row["currency"]] -= Decimal(row["credit"] or 0)
        assert events[int(row["position"])] == row["event"]
    assert sums == balances()


@pytest.mark.parametrize("program", ["hledger", "ledger"])
def test_the_journal_adds_up_in_other_programs(program: str, tmp_path: Path) -> None:
    binary = shutil.which(program)
    if binary is None:
        pytest.skip(f"{program} is not installed: apt-get install {program}")
    trade(tmp_path)
    path = tmp_path / "journal.ledger"
    path.write_text(text("ledger"))
    said = subprocess.run(
        [binary, "-f", path, "balance", "--flat", "--empty"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[tuple[str, str], Decimal] = {}
    account = ""
    lines = said.partition("-----")[0].splitlines()
    for line in reversed(lines):
        words = line.split()
        # An account with two currencies has its name in the last of its lines.
        account = words[2] if len(words) > 2 else account
        if len(words) > 1:
            amount = Decimal(words[0].replace(",", ""))
            found[account.partition(":")[2], words[1]] = amount
    assert found == {key: amount for key, amount in balances().items() if amount}
    for each in trial_balance().balances:
        assert f"{ROOTS[each.account.type]}:{each.account.name}" in path.read_text()


def test_the_command_line_writes_a_new_file_only(tmp_path: Path) -> None:
    ship(paid())
    path = tmp_path / "journal.csv"
    call_command("ledger", "export", str(path))
    assert "tax:FR-standard:20" in path.read_text()
    with pytest.raises(CommandError, match="File exists"):
        call_command("ledger", "export", str(path))
    said = StringIO()
    call_command("ledger", "export", "-", "--format", "ledger", stdout=said)
    assert "liabilities:tax:FR-standard:20" in said.getvalue()
    said = StringIO()
    call_command("ledger", "export", "-", "--since", "2099-01-01", stdout=said)
    assert len(said.getvalue().splitlines()) == 1


def test_the_command_line_shows_balance_and_statement() -> None:
    ship(paid())
    said = StringIO()
    call_command("ledger", "balance", stdout=said)
    assert "clearing:testbank" in said.getvalue()
    call_command("ledger", "statement", "revenue", "EUR", stdout=said)
    assert "brought forward" in said.getvalue()
    with pytest.raises(CommandError, match="has no 'caymans'"):
        call_command("ledger", "statement", "caymans", "EUR")
    with pytest.raises(CommandError, match="is not a time"):
        call_command("ledger", "balance", "--at", "yesterday")


def test_a_balance_is_as_of_a_time_by_either_clock(tmp_path: Path) -> None:
    before = now()
    trade(tmp_path)
    assert trial_balance(before).balances == ()
    then = trial_balance(before, "effective")
    assert [each.currency for each in then.totals] == ["GBP"]
    assert all(total.balanced for total in then.totals)
    assert trial_balance(now()).balances == trial_balance().balances


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("12.90000000", "EUR", "12.90"),
        ("-0.00100000", "GBP", "-0.001"),
        ("0E-8", "EUR", "0.00"),
        ("100.000000", "JPY", "100"),
        ("1.2340000", "BHD", "1.234"),
    ],
)
def test_an_amount_is_written_with_all_its_digits(amount: str, currency: str, words: str) -> None:
    assert plain(Decimal(amount), currency) == words


def test_no_text_is_a_formula_in_a_spreadsheet() -> None:
    assert harmless("=cmd()") == "'=cmd()"
    assert harmless("7K3M-9QXA") == "7K3M-9QXA"
