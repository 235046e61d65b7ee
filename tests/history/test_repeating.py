"""Twice is once, whatever happened in between; a killed import goes on where it stopped."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.history.storing import OTHER_CONTENTS
from events.database import fetch
from events.live import address
from modules.adjustments.selectors import adjustment_totals
from modules.audit.selectors import verify_all
from tests.history.books import (
    adjusted,
    bring_in,
    events,
    everything,
    numbered,
    order,
    sold,
)
from tests.history.command import started
from tests.support.trade_sample import Row, clean_sales, sample, write
from tests.support.waiting import wait_until

SALE = Row(invoice="536365", code="71053", description="LANTERN", quantity=6, price=3.39)


@pytest.mark.django_db
def test_importing_twice_adds_nothing_and_says_the_same(tmp_path: Path) -> None:
    first = bring_in(tmp_path)
    before = everything()
    again = bring_in(tmp_path)
    assert again.done.events == 0
    assert again.done.known == first.done.invoices
    assert again.report == first.report
    assert everything() == before


@pytest.mark.django_db
def test_the_same_books_in_another_format_are_the_same_books(tmp_path: Path) -> None:
    bring_in(tmp_path)
    assert bring_in(tmp_path, name="year.csv").done.events == 0


@pytest.mark.django_db
def test_the_batches_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(tmp_path, sample()[:150])
    monkeypatch.setattr("config.history.running.BATCH_LINES", 7)
    books = bring_in(tmp_path)
    assert books.done.known > 20
    assert sold() == books.amount("imported")
    assert adjusted() == books.amount("adjusted")


@pytest.mark.django_db
def test_an_invoice_that_says_something_else_now_is_rejected_whole(tmp_path: Path) -> None:
    bring_in(tmp_path, [SALE])
    other = [replace(SALE, quantity=7), replace(SALE, code="22752")]
    books = bring_in(tmp_path, other)
    assert (books.lines("rejected"), books.done.events) == (2, 0)
    assert OTHER_CONTENTS in books.report
    assert order("536365").total_minor == 2034


@pytest.mark.usefixtures("committed")
@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    rows = [*clean_sales(12_000), *sample()]
    path = write(tmp_path / "year.parquet", rows)
    with held_up() as waiting:
        process = started(path, tmp_path / "said.txt")

        def held() -> list[tuple[int]]:
            assert process.poll() is None, "it ended before it could be killed"
            return waiting()

        [(backend,)] = wait_until(held, "the import to be held up")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        fetch("SELECT pg_terminate_backend(%s, 60000)", (backend,))
    stopped_at = events()
    books = bring_in(tmp_path, rows)
    assert 0 < stopped_at < events() == stopped_at + books.done.events == numbered()
    assert sold() == books.amount("imported")
    assert adjustment_totals("GBP").amount == books.amount("adjusted")
    assert books.done.known == len(numbers_of(stopped_at, books.done.invoices))
    assert verify_all().broken == ()


@contextmanager
def held_up() -> Iterator[Callable[[], list[tuple[int]]]]:
    """Lets nobody record an adjustment, which are the last in the file: no import can end.

    Yields who waits for it. Killed there, none has a commit on its way whose outcome is unknown.
    """
    with psycopg.connect(**address()) as other:
        other.execute("LOCK TABLE adjustments_adjustment IN EXCLUSIVE MODE")
        yield lambda: fetch(
            "SELECT pid FROM pg_locks"
            " WHERE NOT granted AND relation = 'adjustments_adjustment'::regclass"
        )


def numbers_of(events_before: int, invoices: int) -> set[str]:
    """The invoices that were in the books before: all that have orders, less the new ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT correlation_id::text FROM es.event WHERE seq <="
            " (SELECT max(seq) FROM (SELECT seq FROM es.event ORDER BY seq LIMIT %s) first)",
            (events_before,),
        )
        return {row[0] for row in cursor.fetchall()}
