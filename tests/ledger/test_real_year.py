"""The imported year is in the books to the tenth of a penny."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from events import follower
from events.database import fetch
from modules.ledger.selectors import trial_balance
from tests.history.books import bring_in
from tests.history.command import started
from tests.support.real_trade import real_trade

POUNDS = Decimal("9747747.934")


def test_an_imported_sheet_is_booked_though_no_fact_was_published(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = bring_in(tmp_path)
    follower.catch_up("ledger.journal")
    (total,) = trial_balance().totals
    assert total.balanced
    assert worth() == books.amount("imported") + books.amount("adjusted")


def worth() -> Decimal:
    """What the bank took and what the documents ask for."""
    held = {each.account.name: each.amount for each in trial_balance().balances}
    return held["bank"] + held["documents"]


@pytest.mark.real_data
@pytest.mark.stress
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed")
def test_the_year_comes_to_the_same_total(tmp_path: Path) -> None:
    output = tmp_path / "said.txt"
    assert started(real_trade(), output).wait() == 0, output.read_text()[-2000:]
    began = time.monotonic()
    follower.catch_up("ledger.journal")
    print(
        f"{fetch('SELECT count(*) FROM es.log')[0][0]} events in {time.monotonic() - began:.1f} s"
    )
    (total,) = trial_balance().totals
    assert total.balanced
    assert worth() == POUNDS
    for each in trial_balance().balances:
        print(each.account.name, each.debit, each.credit, each.amount, each.legs)
