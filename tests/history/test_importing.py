"""`manage.py import_history`: a year becomes orders, payments, returns and adjustments."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from events.sequencer import sequence
from modules.adjustments.selectors import adjustment_entries, adjustments
from modules.audit.selectors import stream, verify_all
from modules.inventory.models import Movement
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import orders, timeline
from modules.payments.selectors import payments_of
from modules.pricing.selectors import discrepancies
from tests.history.books import adjusted, asked_for, bring_in, events, numbered, order, sold
from tests.support.trade_sample import Row, sample

pytestmark = pytest.mark.django_db

SALE = Row(invoice="536365", code="85123A", description="HEART HOLDER", quantity=6, price=2.55)
LANTERN = Row(invoice="536365", code="71053", description="LANTERN", quantity=2, price=3.39)


def test_the_three_sums_add_up_to_the_file_and_the_books_say_the_same(tmp_path: Path) -> None:
    books = bring_in(tmp_path)
    expected = sum((Decimal(str(row.price)) * row.quantity for row in sample()), Decimal())
    assert books.done.file_amount == books.reckoning.whole.amount == expected
    assert books.reckoning.whole.lines == len(sample())
    assert sold() == books.amount("imported")
    assert adjusted() == books.amount("adjusted")


def test_an_invoice_is_an_order_that_was_paid_sent_and_received(tmp_path: Path) -> None:
    bring_in(tmp_path, [SALE, LANTERN])
    found = order("536365")
    assert (found.status, found.payment_status, found.fulfilment_status) == (
        "completed", "captured", "delivered"
    )  # fmt: skip
    assert [(line.sku, line.quantity, line.total_minor) for line in found.lines] == [
        ("85123A", 6, 1530),
        ("71053", 2, 678),
    ]
    assert found.total_minor == 2208
    assert found.contact.delivery_address.name == "Customer 17850"
    (payment,) = payments_of(found.id)
    assert (payment.captured_minor, payment.provider) == (2208, "invoice")


def test_every_amount_has_its_derivation(tmp_path: Path) -> None:
    bring_in(tmp_path)
    page = orders(OrderFilter(limit=200))
    assert len(page.orders) > 50
    for each in page.orders:
        assert discrepancies(order(each.number).quote) == ()


def test_it_happened_when_the_shop_s_clock_said_so(tmp_path: Path) -> None:
    summer = Row(invoice="570000", code="71053", description="LANTERN", quantity=1,
                 at="2011-07-01 10:00:00")  # fmt: skip
    bring_in(tmp_path, [SALE, summer])
    assert order("536365").placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    found = order("570000")
    assert found.placed_at == datetime(2011, 7, 1, 9, 0, tzinfo=UTC)
    for each in stream(found.id):
        assert each.effective_at == found.placed_at
        assert each.recorded_at.year >= 2026
        assert each.actor == "import"


def test_lines_of_one_code_and_price_are_one_line_of_the_order(tmp_path: Path) -> None:
    lower = Row(invoice="536365", code="85123a", description="HEART HOLDER", quantity=4, price=2.55)
    bring_in(tmp_path, [SALE, LANTERN, lower])
    (line, _) = order("536365").lines
    assert (line.sku, line.quantity, line.total_minor) == ("85123A", 10, 2550)


def test_an_invoice_with_a_code_at_two_prices_or_two_customers_is_several_orders(
    tmp_path: Path,
) -> None:
    dear = Row(invoice="536365", code="85123A", description="HEART HOLDER", quantity=1, price=5.79)
    other = Row(invoice="536365", code="71053", description="LANTERN", quantity=1, customer=None)
    bring_in(tmp_path, [SALE, dear, other])
    assert [order(n).total_minor for n in ("536365", "536365+2", "536365+3")] == [1530, 579, 125]


def test_lines_of_an_invoice_may_stand_apart_in_the_file(tmp_path: Path) -> None:
    between = Row(invoice="536366", code="71053", description="LANTERN", quantity=1)
    bring_in(tmp_path, [SALE, between, LANTERN])
    assert [line.sku for line in order("536365").lines] == ["85123A", "71053"]


def test_nobody_hears_of_it(tmp_path: Path) -> None:
    bring_in(tmp_path)
    assert asked_for() == 0
    assert not Movement.objects.exists()


def test_every_chain_is_whole_and_every_event_numbered(tmp_path: Path) -> None:
    books = bring_in(tmp_path)
    sequence()
    report = verify_all()
    assert report.broken == ()
    assert report.events == books.done.events == events() == numbered()


def test_a_fraction_of_a_penny_is_kept_exactly(tmp_path: Path) -> None:
    pads = Row(invoice="550193", code="PADS", description="PADS", quantity=1, price=0.001)
    books = bring_in(tmp_path, [pads])
    (found,) = adjustments()
    assert (found.number, found.amount_minor, found.rest_millionths) == ("550193", 0, 100_000)
    (entry,) = adjustment_entries(found.id)
    assert entry.unit_price == Decimal("0.001")
    assert adjusted() == books.amount("adjusted") == Decimal("0.001")


def test_a_debt_written_off_is_an_adjustment_below_zero(tmp_path: Path) -> None:
    debt = Row(invoice="A563186", code="B", description="Adjust bad debt", quantity=1,
               price=-11062.06, customer=None)  # fmt: skip
    bring_in(tmp_path, [debt])
    (found,) = adjustments()
    assert (found.number, found.amount_minor, found.party) == ("A563186", -1_106_206, "")


def test_the_command_reports_totals_and_lists_what_is_odd(
    tmp_path: Path, data_folder: Path
) -> None:
    bring_in(tmp_path)
    said = StringIO()
    call_command("import_history", str(tmp_path / "year.parquet"), stdout=said)
    text = said.getvalue()
    assert "sold, paid and sent" in text
    assert "0 events added" in text
    with (data_folder / "imports" / "year-history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["outcome"] for row in rows} == {"adjusted"}
    assert all(row["reason"] for row in rows)
    assert "delivery charge: delivery methods charge it" in {row["reason"] for row in rows}


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.parquet", "There is no file"), ("year.txt", "neither in .csv nor in .parquet")],
)
def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "year.txt").write_text("no table")
    with pytest.raises(CommandError, match=words):
        call_command("import_history", str(tmp_path / name))


def test_the_order_s_story_is_told_by_the_staff_s_page(tmp_path: Path) -> None:
    bring_in(tmp_path, [SALE])
    titles = [entry.title for entry in timeline(order("536365").id)]
    assert len(titles) == 10
