"""Doubled runs, dying workers and open transactions: the same message, and nothing held."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connection

from events import relay
from events.database import execute, fetch
from modules.kernel.identity import new_id
from modules.webhooks import tasks
from modules.webhooks.contracts import DELIVER
from modules.webhooks.delivering import conclude, prepare
from modules.webhooks.gateways.http import Sender
from modules.webhooks.models import DeliveryRow
from tests.support import trade
from tests.support.receiver import Received, Receiver, Reply
from tests.webhooks.sending import registered, work

ONLY_PLACED = {"types": ("order.placed",)}


def dispatched() -> UUID:
    """Makes a delivery and sends nothing yet."""
    trade.buy()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tasks, "prepare", lambda delivery_id, attempt: None)
        work()
    (row,) = DeliveryRow.objects.all()
    return row.id


@pytest.mark.usefixtures("shop")
def test_an_effect_that_runs_twice_sends_the_same_message_and_counts_once(
    system: Receiver,
) -> None:
    registered(system, **ONLY_PLACED)
    delivery_id = dispatched()
    sent = prepare(delivery_id, 1)
    assert sent is not None
    answer = Sender(local=True).post(sent.url, sent.body, sent.headers)
    # The worker died here; its effect runs again once its lease is over.
    DeliveryRow.objects.update(sending_until=None)
    tasks.deliver(new_id(), delivery_id, 1)
    conclude(sent, answer)
    assert len({(each.id, each.body) for each in system.received}) == 1
    row = DeliveryRow.objects.get(id=delivery_id)
    assert (len(system.received), row.attempts, row.state) == (2, 1, "delivered")


@pytest.mark.usefixtures("shop")
def test_two_workers_on_one_delivery_send_it_once(system: Receiver) -> None:
    registered(system, **ONLY_PLACED)
    delivery_id = dispatched()
    assert prepare(delivery_id, 1) is not None
    assert prepare(delivery_id, 1) is None


@pytest.mark.usefixtures("shop")
def test_what_was_lost_with_its_effect_is_taken_up_again(system: Receiver) -> None:
    registered(system, **ONLY_PLACED)
    dispatched()
    assert system.received == []
    execute("UPDATE webhooks_delivery SET next_at = next_at - interval '1 hour'")
    tasks.tidy(new_id())
    work()
    assert system.types == ["order.placed"]


@pytest.mark.usefixtures("shop")
def test_what_was_settled_a_month_ago_is_forgotten(system: Receiver) -> None:
    registered(system, **ONLY_PLACED)
    trade.buy()
    work()
    execute("UPDATE webhooks_delivery SET settled_at = settled_at - interval '29 days'")
    tasks.tidy(new_id())
    assert DeliveryRow.objects.count() == 1
    execute("UPDATE webhooks_delivery SET settled_at = settled_at - interval '2 days'")
    tasks.tidy(new_id())
    assert DeliveryRow.objects.count() == 0


@pytest.fixture
def committed(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop whose changes are committed, as in life."""
    monkeypatch.setattr(django_settings, "WEBHOOKS_LOCAL", True)
    trade.forget_everything()
    trade.open_shop()
    yield
    trade.forget_everything()


@pytest.mark.usefixtures("committed")
def test_no_transaction_is_open_while_the_other_side_is_called(system: Receiver) -> None:
    opened: list[object] = []

    def look(request: Received) -> Reply:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%%'"
            )
            opened.append(cursor.fetchone()[0])
        connection.close()
        return Reply()

    system.answering = look
    registered(system)
    trade.buy()
    work()
    assert opened == [0, 0]
    assert relay.drain() == 0
    assert fetch("SELECT count(*) FROM es.outbox WHERE actor = %s", (DELIVER,))[0][0] == 2
