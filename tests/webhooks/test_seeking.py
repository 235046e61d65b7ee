"""Sending again from any position on, in order, and how far that is."""

import pytest

from modules.webhooks import dispatching
from modules.webhooks.commands import seek
from modules.webhooks.contracts import PositionAhead, Seek
from modules.webhooks.domain import schedule
from modules.webhooks.selectors import endpoint, feed, log_head, seeking
from tests.support import trade
from tests.support.receiver import Receiver, Reply
from tests.webhooks.sending import later, registered, work

pytestmark = pytest.mark.usefixtures("shop")


def test_everything_comes_again_from_a_position_on(system: Receiver) -> None:
    added, _ = registered(system)
    trade.paid()
    trade.paid()
    work()
    first = list(system.received)
    system.received.clear()
    middle = first[4].json["position"]
    seek(Seek(endpoint_id=added.endpoint_id, position=middle))
    work()
    wanted = {each.id for each in first if each.json["position"] >= middle}
    assert {each.id for each in system.received} == wanted
    for order_id in {each.json["order_id"] for each in first}:
        came = [e.json["position"] for e in system.received if e.json["order_id"] == order_id]
        assert came == sorted(came)


def test_a_seek_tells_how_far_it_is(system: Receiver) -> None:
    added, _ = registered(system)
    trade.paid()
    work()
    count = len(system.received)
    system.answering = lambda request: Reply(500 if request.json["sequence"] == 3 else 204)
    seek(Seek(endpoint_id=added.endpoint_id, position=1))
    work()
    found = seeking(added.endpoint_id)
    assert found is not None
    assert (found.total, found.done) == (count, 2)


def test_what_waited_comes_once_more_and_not_twice(system: Receiver) -> None:
    added, _ = registered(system)
    trade.buy()
    system.answering = lambda request: Reply(500)
    work()
    system.received.clear()
    system.answering = lambda request: Reply(204)
    seek(Seek(endpoint_id=added.endpoint_id, position=1))
    work()
    assert [each.json["sequence"] for each in system.received] == [1, 2]


def test_the_next_position_skips_what_waits(system: Receiver) -> None:
    added, _ = registered(system)
    seek(Seek(endpoint_id=added.endpoint_id, position=log_head() + 1))
    with pytest.raises(PositionAhead):
        seek(Seek(endpoint_id=added.endpoint_id, position=log_head() + 2))


def test_a_new_endpoint_may_begin_with_all_that_ever_happened(system: Receiver) -> None:
    trade.paid()
    work()
    registered(system, start="beginning")
    work()
    assert [each.id for each in system.received] == [each.id for each in feed(0, 100)]


def test_a_long_past_is_sent_a_window_at_a_time(
    system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "WINDOW", 4)
    monkeypatch.setattr(dispatching, "STRETCH", 5)
    for _ in range(3):
        trade.paid(cards=1)
    work()
    added, _ = registered(system, start="beginning")
    work()
    assert sorted(each.id for each in system.received) == sorted(each.id for each in feed(0, 100))
    assert endpoint(added.endpoint_id).waiting == 0


def test_orders_that_are_refused_take_no_room_from_others(
    system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "WINDOW", 4)
    refused = [str(trade.buy(cards=1).order_id) for _ in range(3)]
    others = [str(trade.buy(cards=1).order_id) for _ in range(3)]
    work()
    registered(system, start="beginning")
    system.answering = lambda request: Reply(500 if request.json["order_id"] in refused else 204)
    work()
    for pause in schedule.PAUSES[:2]:
        later(pause)
    got = [each.json["order_id"] for each in system.received]
    assert {order: got.count(order) for order in others} == dict.fromkeys(others, 2)
