"""Everybody wants the same few prints at the same moment, and asks several processes for them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from events.database import fetch
from events.store import read_log
from modules.audit.invariants import examine_log
from modules.inventory.selectors import conservation
from modules.orders.domain.order import Order
from modules.orders.models import OrderRow
from modules.payments.models import PaymentRow
from tests.bench.flash import Sale, sale
from tests.support.trade import PRINT, forget_everything, open_shop, stock
from tests.support.web import environment_beside, web_processes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.stress,
]

# `just flash` sends 500 shoppers for 50 units to 4 processes.
SHOPPERS = int(os.environ.get("COUNTERFOIL_FLASH_SHOPPERS", "60"))
UNITS = SHOPPERS // 10
PROCESSES = 4 if SHOPPERS >= 500 else 2


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> Iterator[None]:
    forget_everything()
    open_shop(units=UNITS)
    yield
    forget_everything()


def deadlocks() -> int:
    """Returns how often PostgreSQL had to end one in this database; sessions that ended count."""
    # What earlier tests left to be counted must not be taken for this one's.
    fetch("SELECT pg_stat_force_next_flush()")
    [(count,)] = fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


def most_ever_promised() -> int:
    """Replays the log and returns the most prints that were promised at any position of it."""
    promised, most, position = 0, 0, 0
    while recorded := read_log(position, 500):
        for row in recorded:
            if isinstance(row.event, Order.Placed):
                promised += sum(line.quantity for line in row.event.quote.lines)
            most = max(most, promised)
        position = recorded[-1].position or position
    return most


def test_fault_38_a_flash_sale_sells_every_unit_once_and_refuses_the_rest_before_they_pay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = deadlocks()
    with web_processes(PROCESSES, tmp_path, environment_beside(tmp_path)) as port:
        came_of_it = sale(port, PRINT, SHOPPERS)
    connection.close()
    with capsys.disabled():
        print(f"\n{came_of_it.figures()}")
    assert (len(came_of_it.sold), len(came_of_it.refused)) == (UNITS, SHOPPERS - UNITS)
    assert_refusals_are_clear(came_of_it)
    assert_the_books_agree(came_of_it)
    assert deadlocks() == before


def assert_refusals_are_clear(came_of_it: Sale) -> None:
    assert set(came_of_it.reasons) <= {"out-of-stock", "cart-changed"}
    for refusal in came_of_it.refused:
        assert "sold out" in refusal.detail or "none left" in refusal.detail


def assert_the_books_agree(came_of_it: Sale) -> None:
    orders = set(OrderRow.objects.filter(status="confirmed").values_list("id", flat=True))
    assert orders == {each.order_id for each in came_of_it.sold}
    assert OrderRow.objects.count() == PaymentRow.objects.count() == UNITS
    assert (stock().on_hand, stock().reserved, stock().free) == (UNITS, UNITS, 0)
    assert most_ever_promised() == UNITS
    assert conservation() == ()
    assert examine_log() == ()
