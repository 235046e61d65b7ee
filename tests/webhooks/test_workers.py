"""Several workers at once: each order's messages still come one after the other."""

import threading
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.db import connections

from events import follower
from events.relay import drain
from modules.webhooks.models import DeliveryRow
from tests.support import trade
from tests.support.receiver import Receiver
from tests.support.waiting import wait_until
from tests.webhooks.sending import registered

WORKERS, ORDERS = 4, 5


@pytest.fixture
def committed(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(django_settings, "WEBHOOKS_LOCAL", True)
    trade.forget_everything()
    trade.open_shop(units=100)
    yield
    trade.forget_everything()


def help_out() -> None:
    try:
        drain()
    finally:
        connections.close_all()


def all_sent() -> bool:
    threads = [threading.Thread(target=help_out) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return not DeliveryRow.objects.filter(state="waiting").exists()


@pytest.mark.usefixtures("committed")
def test_many_workers_keep_the_order_of_each_order(system: Receiver) -> None:
    registered(system)
    for _ in range(ORDERS):
        trade.paid(cards=1)
    follower.catch_up()
    # A worker that finds nothing due ends while others still make work: so they come back.
    wait_until(all_sent, "every message")
    came: dict[str, list[int]] = {}
    for each in system.received:
        came.setdefault(each.json["order_id"], []).append(each.json["sequence"])
    assert len(came) == ORDERS
    assert all(found == list(range(1, len(found) + 1)) for found in came.values())
