"""The whole real year: every line, every tenth of a penny, within its memory."""

import time
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from modules.audit.selectors import verify_all
from modules.orders.contracts import COUNTED_TO, OrderFilter
from modules.orders.selectors import order_counts, orders
from tests.history.books import adjusted, asked_for, events, numbered, sold
from tests.history.command import started
from tests.support.real_trade import real_trade

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.stress,
    pytest.mark.timeout(3600),
    pytest.mark.usefixtures("committed"),
    pytest.mark.django_db(transaction=True),
]

LINES, INVOICES = 541_909, 25_900
POUNDS = Decimal("9747747.934")
PEAK_BYTES = 400 * 10**6


def imported(output: Path) -> int:
    """Runs the command over the year; returns the most memory it ever had, in bytes.

    That of the process which reads ahead counts too; a page that both share counts once.
    """
    process = started(real_trade(), output)
    peak = 0
    while process.poll() is None:
        with suppress(psutil.Error):
            command = psutil.Process(process.pid)
            together = [command, *command.children(recursive=True)]
            taken = [each.memory_full_info().pss for each in together if "python" in each.name()]
            peak = max(peak, sum(taken))
        time.sleep(0.2)
    assert process.returncode == 0, output.read_text()[-2000:]
    assert peak
    return peak


def test_the_year_is_in_the_books_to_the_tenth_of_a_penny_once(tmp_path: Path) -> None:
    output = tmp_path / "said.txt"
    assert imported(output) < PEAK_BYTES
    said = output.read_text()
    assert f"{LINES:,} │ 9,747,747.934" in said
    assert f"{INVOICES:,} invoices, 0 of them recorded before" in said
    assert sold() + adjusted() == POUNDS
    assert asked_for() == 0
    recorded = events()
    assert numbered() == recorded
    imported(output)
    assert "0 events added" in output.read_text()
    assert events() == recorded
    report = verify_all()
    assert (report.broken, report.events) == ((), recorded)
    assert order_counts().all == COUNTED_TO
    assert orders(OrderFilter(limit=50)).next_cursor
