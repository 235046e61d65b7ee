"""One order's messages come one after the other; another order's do not wait for them."""

import pytest

from modules.webhooks.commands import redeliver, skip
from modules.webhooks.contracts import DeliveryFilter, DeliveryStepRefused
from modules.webhooks.domain import schedule
from modules.webhooks.selectors import deliveries, delivery
from tests.support import trade
from tests.support.receiver import Received, Receiver, Reply
from tests.webhooks.sending import give_up, later, registered, work

pytestmark = pytest.mark.usefixtures("shop")


def sequences(system: Receiver, order_id: object) -> list[int]:
    return [
        each.json["sequence"] for each in system.received if each.json["order_id"] == str(order_id)
    ]


def refuse(order_id: object) -> object:
    def answer(request: Received) -> Reply:
        return Reply(500 if request.json["order_id"] == str(order_id) else 204)

    return answer


def test_the_messages_of_an_order_come_in_its_order(system: Receiver) -> None:
    registered(system)
    order = trade.paid()
    trade.deliver(order, trade.ship(order))
    work()
    count = len(system.received)
    assert sequences(system, order.order_id) == list(range(1, count + 1))
    assert system.types[0] == "order.placed"
    assert {"payment.captured", "order.parcel_delivered", "order.completed"} <= set(system.types)


def test_nothing_follows_a_message_that_was_not_accepted(system: Receiver) -> None:
    registered(system)
    order = trade.paid()
    system.answering = lambda request: Reply(500)
    work()
    assert sequences(system, order.order_id) == [1]
    system.answering = lambda request: Reply(204)
    later(schedule.PAUSES[0])
    assert sequences(system, order.order_id)[:3] == [1, 1, 2]


def test_another_order_is_not_held_up(system: Receiver) -> None:
    registered(system)
    held_up, other = trade.paid(), trade.paid()
    system.answering = refuse(held_up.order_id)  # type: ignore[assignment]
    work()
    assert sequences(system, held_up.order_id) == [1]
    assert sequences(system, other.order_id) == list(range(1, 1 + len(system.received) - 1))


def test_staff_give_a_message_up_and_the_next_is_sent(system: Receiver) -> None:
    added, _ = registered(system)
    order = trade.buy()
    system.answering = lambda request: Reply(500 if request.json["sequence"] == 1 else 204)
    work()
    first = deliveries(DeliveryFilter(endpoint_id=added.endpoint_id)).deliveries[-1]
    skip(first.id)
    work()
    assert delivery(first.id).delivery.state == "skipped"
    assert sequences(system, order.order_id) == [1, 2]


def test_a_message_given_up_holds_its_order_until_it_is_sent_again(system: Receiver) -> None:
    added, _ = registered(system)
    order = trade.buy()
    system.answering = lambda request: Reply(500)
    work()
    give_up()
    second, first = deliveries(DeliveryFilter(endpoint_id=added.endpoint_id)).deliveries
    assert (first.state, second.state, first.attempts) == ("failed", "waiting", schedule.ATTEMPTS)
    with pytest.raises(DeliveryStepRefused):
        redeliver(second.id)
    system.answering = lambda request: Reply(204)
    redeliver(first.id)
    work()
    assert sequences(system, order.order_id)[-2:] == [1, 2]


def test_what_was_accepted_can_be_sent_again_without_holding_anything_up(system: Receiver) -> None:
    added, _ = registered(system)
    order = trade.buy()
    work()
    first = deliveries(DeliveryFilter(endpoint_id=added.endpoint_id)).deliveries[-1]
    system.answering = lambda request: Reply(500 if request.json["sequence"] == 1 else 204)
    redeliver(first.id)
    work()
    trade.cancel(order)
    work()
    assert sequences(system, order.order_id)[:4] == [1, 2, 1, 3]
    assert {each.id for each in system.received if each.json["sequence"] == 1} == {first.message_id}
