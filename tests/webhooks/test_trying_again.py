"""When a message is sent again, with what, and when nobody tries any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from modules.kernel.clock import now
from modules.webhooks.commands import switch_endpoint
from modules.webhooks.contracts import DeliveryFilter, SwitchEndpoint
from modules.webhooks.domain import schedule
from modules.webhooks.models import EndpointRow
from modules.webhooks.selectors import deliveries, delivery, endpoint
from tests.support import trade
from tests.support.receiver import Receiver, Reply
from tests.webhooks.sending import give_up, later, registered, work

pytestmark = pytest.mark.usefixtures("shop")
ONLY_PLACED = {"types": ("order.placed",)}


def answer(status: int, **headers: str) -> Callable[[object], Reply]:
    return lambda request: Reply(status, headers, b"no, thanks")


def only(system: Receiver, endpoint_id: object) -> object:
    (found,) = deliveries(DeliveryFilter(endpoint_id=endpoint_id)).deliveries  # type: ignore[arg-type]
    return found.id


def test_every_attempt_has_the_same_id_and_body(system: Receiver) -> None:
    registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(500)
    work()
    give_up()
    assert len(system.received) == schedule.ATTEMPTS
    assert len({(each.id, each.body) for each in system.received}) == 1


def test_the_last_failure_is_told_by_mail_and_nothing_follows(system: Receiver) -> None:
    registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(500)
    work()
    give_up()
    later(timedelta(days=3))
    assert len(system.received) == schedule.ATTEMPTS
    assert [each.subject for each in mail.outbox if "webhook" in each.subject] == [
        "[Halftone] a webhook message was given up"
    ]


def test_the_log_says_what_each_attempt_came_to(system: Receiver) -> None:
    added, _ = registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(503)
    work()
    system.answering = answer(200)
    later(schedule.PAUSES[0])
    found = delivery(only(system, added.endpoint_id))  # type: ignore[arg-type]
    assert [each.status for each in found.attempts] == [503, 200]
    assert found.attempts[0].answer == "no, thanks"
    assert found.delivery.state == "delivered"
    assert found.body.encode() == system.received[0].body


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_time_gets_it(system: Receiver, status: int) -> None:
    added, _ = registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(status, **{"Retry-After": "3600"})
    before = now()
    work()
    next_at = delivery(only(system, added.endpoint_id)).delivery.next_at  # type: ignore[arg-type]
    assert next_at is not None
    assert timedelta(hours=1) <= next_at - before < timedelta(hours=1, minutes=2)


def test_a_receiver_that_is_gone_is_switched_off_at_once(system: Receiver) -> None:
    added, _ = registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(410)
    work()
    give_up()
    found = endpoint(added.endpoint_id)
    assert (found.on, found.off_reason, found.waiting) == (False, "gone", 1)
    assert len(system.received) == 1
    assert any("switched off" in each.subject for each in mail.outbox)


def test_what_accepts_nothing_for_days_is_switched_off(system: Receiver) -> None:
    added, _ = registered(system, **ONLY_PLACED)
    trade.buy()
    system.answering = answer(500)
    work()
    EndpointRow.objects.update(failing_since=now() - schedule.PATIENCE)
    later(schedule.PAUSES[0])
    assert endpoint(added.endpoint_id).off_reason == "failing"
    later(schedule.PAUSES[1])
    assert len(system.received) == 2


def test_switched_on_again_it_gets_all_that_it_missed(system: Receiver) -> None:
    added, _ = registered(system)
    switch_endpoint(SwitchEndpoint(endpoint_id=added.endpoint_id, on=False))
    order = trade.paid()
    work()
    assert system.received == []
    switch_endpoint(SwitchEndpoint(endpoint_id=added.endpoint_id, on=True))
    work()
    count = len(system.received)
    assert [each.json["sequence"] for each in system.received] == list(range(1, count + 1))
    assert {each.json["order_id"] for each in system.received} == {str(order.order_id)}


def test_an_endpoint_that_only_fails_is_left_alone_for_a_while(system: Receiver) -> None:
    added, _ = registered(system, **ONLY_PLACED)
    for _ in range(schedule.FAILURES_BEFORE_REST):
        trade.buy(cards=1)
    system.answering = answer(500)
    work()
    assert endpoint(added.endpoint_id).resting_until is not None
    trade.buy(cards=1)
    work()
    assert len(system.received) == schedule.FAILURES_BEFORE_REST
    system.answering = answer(204)
    EndpointRow.objects.update(resting_until=now())
    later(timedelta(minutes=1))
    found = endpoint(added.endpoint_id)
    assert (found.waiting, found.failing_since) == (0, None)
