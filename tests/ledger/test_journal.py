"""The journal is a read model like every other, and its balance is the database's business."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from events import drift, follower
from events.projections import registered
from events.rebuilding import rebuild, switch_back
from events.store import read_log
from modules.kernel.clock import now
from modules.ledger.models import BookRow, EntryRow, LegRow
from modules.ledger.selectors import trial_balance
from tests.ledger.books import booked
from tests.support.trade import bring_back, cancel_some, open_shop, paid, refund, ship

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.django_db(transaction=True)]


def trade() -> None:
    open_shop(units=100)
    ship(placed := paid(), prints=1)
    cancel_some(placed, cards=1)
    ship(placed, prints=2)
    bring_back(placed, prints=1)
    refund(placed, 3_000)
    ship(paid(method="invoice"))
    follower.catch_up()


def rows() -> list[list[dict[str, Any]]]:
    tables: tuple[type[Model], ...] = (EntryRow, LegRow, BookRow)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def leg(position: int, number: int, amount_minor: int, currency: str = "EUR") -> LegRow:
    return LegRow(
        id=position * 1000 + number,
        position=position,
        account="bank",
        currency=currency,
        amount_minor=amount_minor,
        rest_millionths=0,
        recorded_at=now(),
        effective_at=now(),
    )


def test_every_entry_cites_an_event_and_its_position() -> None:
    trade()
    events = {row.position: row for row in read_log(0, 1000)}
    entries = list(EntryRow.objects.all())
    assert len(entries) >= 6
    for entry in entries:
        event = events[entry.position]
        assert (entry.event_id, entry.stream_id, entry.version, entry.topic) == (
            event.event_id,
            event.stream_id,
            event.version,
            event.topic,
        )


def test_folding_events_again_changes_nothing() -> None:
    trade()
    before = rows()
    journal = registered()["ledger.journal"]
    journal.project([row for row in read_log(0, 1000) if type(row.event) in journal.events])
    assert rows() == before


def test_a_stream_that_was_parked_and_freed_later_is_booked_all_the_same() -> None:
    open_shop(units=100)
    ship(placed := paid(), prints=1)
    ship(placed, prints=2, cards=1)
    journal = registered()["ledger.journal"]
    events = [row for row in read_log(0, 1000) if type(row.event) in journal.events]
    journal.project(events)
    right = held()
    journal.clear()
    journal.project([row for row in events if row.topic.startswith("orders.")])
    journal.project([row for row in events if row.topic.startswith("payments.")])
    assert held() == right


def held() -> dict[str, Any]:
    return {each.account.name: each.amount for each in trial_balance().balances}


def test_the_database_refuses_an_entry_that_does_not_balance() -> None:
    for legs in (
        [leg(1, 0, 100)],
        [leg(1, 0, 100), leg(1, 1, -99)],
        [leg(1, 0, 100), leg(1, 1, -100, "GBP")],
    ):
        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            LegRow.objects.bulk_create(legs)
    LegRow.objects.bulk_create([leg(1, 0, 100), leg(1, 1, -100)])
    with pytest.raises(IntegrityError), transaction.atomic():
        LegRow.objects.filter(id=1000).update(amount_minor=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        LegRow.objects.filter(id=1000).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        LegRow.objects.filter(id=1000).update(position=2)
    LegRow.objects.all().delete()


def test_a_rebuild_gives_the_same_books_and_keeps_the_constraint() -> None:
    trade()
    before = rows()
    rebuild(["ledger.journal"])
    assert rows() == before
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        LegRow.objects.bulk_create([leg(999_999, 0, 1)])
    ship(paid())
    assert booked()
    switch_back(["ledger.journal"])
    follower.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'ledger_balanced'")
        assert cursor.fetchone()[0] == 2
    assert booked()


def test_a_leg_moved_to_another_account_is_found_as_drift() -> None:
    trade()
    assert not _differences()
    LegRow.objects.filter(account="revenue").update(account="sundry")
    found = _differences()
    assert {(each.table, each.column, each.fresh) for each in found} == {
        ("ledger_leg", "account", "revenue")
    }


def _differences() -> tuple[drift.Difference, ...]:
    checked = drift.check()
    assert checked is not None
    return checked.differences


def test_a_book_is_read_back_whatever_is_written_in_it() -> None:
    open_shop(units=100)
    placed = paid(prints=1)
    follower.catch_up()
    book = BookRow.objects.get(order_id=placed.order_id)
    book.state["number"] = odd = 'No. "1" \\ número'
    book.save()
    ship(placed, prints=1)
    follower.catch_up()
    assert follower.parked_streams() == []
    after = BookRow.objects.get(order_id=placed.order_id)
    assert after.state["number"] == odd
    assert after.state["versions"] != book.state["versions"]
