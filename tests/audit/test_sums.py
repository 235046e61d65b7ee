"""Totals of the past are exact, however much of the log is summed up, and whichever clock asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.database import execute, fetch
from events.moments import AsOf
from events.registry import all_topics
from events.store import log_head
from modules.adjustments.selectors import adjustment_currencies, adjustment_totals
from modules.audit import stretches, sums
from modules.audit.contracts import TotalsOf
from modules.audit.selectors import totals
from modules.checkout.contracts import Placed
from tests.history.books import bring_in
from tests.support.counting import ordered, takings
from tests.support.trade import refund, ship
from tests.support.trade_sample import sample

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def books(order: Placed, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Orders of now, sent and in part given back, between returns and adjustments of long ago."""
    bring_in(tmp_path_factory.mktemp("first"), sample()[:40])
    ship(order, prints=1)
    bring_in(tmp_path_factory.mktemp("all"))
    refund(order, 700)


def counted_from_the_events(as_of: AsOf) -> dict[str, tuple[object, ...]]:
    """What the books say without any sum kept: rows of orders and adjustments, events of money."""
    orders = {each.currency: (each.orders, each.total_minor) for each in ordered(as_of)}
    money = {each.currency: each for each in takings(as_of)}
    books = {name: adjustment_totals(name, as_of) for name in adjustment_currencies()}
    names = {*orders, *money, *(name for name, each in books.items() if each.documents)}
    found: dict[str, tuple[object, ...]] = {}
    for name in names:
        moved, book = money.get(name), books.get(name)
        sums = (moved.authorised_minor, moved.captured_minor) if moved else (0, 0)
        back = (moved.voided_minor, moved.refunded_minor) if moved else (0, 0)
        documents = (book.documents, book.amount) if book else (0, Decimal())
        found[name] = (*orders.get(name, (0, 0)), *sums, *back, *documents)
    return found


def told(each: TotalsOf) -> tuple[object, ...]:
    return (
        *(each.orders, each.ordered_minor, each.authorised_minor, each.captured_minor),
        *(each.voided_minor, each.refunded_minor, each.adjustments, Decimal(each.adjusted)),
    )


def moments() -> Iterator[AsOf]:
    """Times on either clock at which something happened, and right before."""
    times: dict[str, list[datetime]] = {}
    for clock in ("recorded_at", "effective_at"):
        rows = fetch(f"SELECT DISTINCT {clock} FROM es.event ORDER BY 1")
        step = max(1, len(rows) // 12)
        times[clock] = [at for (each,) in rows[::step] for at in (each - SECOND / 1_000_000, each)]
    yield AsOf()
    yield from (AsOf(known_at=each) for each in times["recorded_at"])
    yield from (AsOf(effective_at=each) for each in times["effective_at"])
    for known in times["recorded_at"][::3]:
        yield from (AsOf(known_at=known, effective_at=at) for at in times["effective_at"][::4])


def differing() -> list[str]:
    return [
        str(moment)
        for moment in moments()
        if {each.currency: told(each) for each in totals(moment).currencies}
        != counted_from_the_events(moment)
    ]


@pytest.mark.usefixtures("books")
def test_totals_are_exact_before_while_and_after_the_log_is_summed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 50)
    monkeypatch.setattr(stretches, "AT_ONCE", 5)
    assert differing() == []
    assert stretches._carry_on()
    assert 0 < stretches.counted() < log_head()
    assert differing() == []
    stretches.carry_on()
    assert stretches.counted() == log_head() // 50 * 50
    assert fetch("SELECT count(*) FROM audit_sum")[0][0] > 20
    assert differing() == []


@pytest.mark.usefixtures("books")
def test_no_stretch_is_read_that_a_moment_does_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 50)
    stretches.carry_on()
    read: list[list[int]] = []

    def noted(sql: str, parameters: tuple[list[int], ...]) -> list[tuple[Any, ...]]:
        if "unnest" in sql:
            read.append(parameters[1])
        return fetch(sql, parameters)

    monkeypatch.setattr("modules.audit.sums.fetch", noted)
    totals()
    assert read == [[log_head()]]


@pytest.mark.usefixtures("books")
def test_sums_of_a_log_that_was_put_back_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 50)
    stretches.carry_on()
    before = totals()
    execute("UPDATE audit_sum SET facts = facts + 1, last = last + 1000000")
    execute("UPDATE audit_stretch SET last = last + 1000000")
    assert totals() == before
    stretches.carry_on()
    assert (totals(), stretches.counted()) == (before, log_head() // 50 * 50)


def test_every_fact_that_is_summed_up_is_a_registered_one() -> None:
    assert {each.rpartition(".v")[0] for each in all_topics()} >= sums.KINDS.keys()
