"""Many buyers at once, each on a connection of their own, against the real database."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from modules.inventory.commands import confirm_reservation, release_expired, reserve
from modules.inventory.contracts import OutOfStock, Reserve, StockLine
from modules.inventory.selectors import conservation
from modules.kernel import clock
from modules.kernel.identity import new_id
from tests.inventory.goods import figures, hold, lines, stock
from tests.support.racing import at_once, outcomes
from tests.support.store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    yield
    empty_store()
    connections.close_all()


def test_of_fifty_buyers_of_the_last_unit_exactly_one_gets_it() -> None:
    stock("A", 1)
    answers = at_once([lambda: hold(new_id(), A=1) for _ in range(50)])
    assert outcomes(answers) == {"NoneType": 1, "OutOfStock": 49}
    assert figures("A") == (1, 1, 0)
    assert conservation() == ()


def test_scenario_42_orders_placed_at_once_with_ample_stock_are_all_reserved() -> None:
    stock("A", 100)
    assert outcomes(at_once([lambda: hold(new_id(), A=1) for _ in range(5)])) == {"NoneType": 5}
    assert figures("A") == (100, 5, 95)


def test_baskets_that_name_the_same_skus_in_any_order_queue_instead_of_crossing() -> None:
    for sku in "ABC":
        stock(sku, 10)

    def buy(skus: str) -> Callable[[], object]:
        wanted = tuple(StockLine(sku=sku, quantity=1) for sku in skus)
        return lambda: reserve(Reserve(reference=new_id(), lines=wanted, expires_at=None))

    answers = at_once([buy(skus) for skus in ("ABC", "CBA", "BAC") * 5])
    assert outcomes(answers) == {"NoneType": 10, "OutOfStock": 5}
    assert [figures(sku) for sku in "ABC"] == [(10, 10, 0)] * 3
    assert conservation() == ()


def test_one_order_reserved_by_many_requests_at_once_holds_its_units_once() -> None:
    stock("A", 10)
    order = new_id()
    assert outcomes(at_once([lambda: hold(order, A=3)] * 8)) == {"NoneType": 8}
    assert figures("A") == (10, 3, 7)
    assert conservation() == ()


def test_a_reservation_confirmed_while_it_expires_is_either_kept_or_given_back() -> None:
    stock("A", 20)
    now = clock.now()
    orders = [new_id() for _ in range(8)]
    for order in orders:
        reserve(Reserve(reference=order, lines=lines(A=1), expires_at=now - timedelta(seconds=1)))

    def confirm(order: UUID) -> Callable[[], object]:
        return lambda: confirm_reservation(order)

    answers = at_once([*map(confirm, orders), *[lambda: release_expired(now)] * 3])
    confirmed, released = answers[:8], [ids for ids in answers[8:] if isinstance(ids, tuple)]
    kept = {order for order, answer in zip(orders, confirmed, strict=True) if answer is True}
    given_back = [order for ids in released for order in ids]
    assert set(confirmed) <= {True, False}
    assert len(released) == 3
    assert sorted([*kept, *given_back]) == sorted(orders)
    assert figures("A") == (20, len(kept), 20 - len(kept))
    assert conservation() == ()


def test_somebody_who_comes_too_late_is_told_what_is_left() -> None:
    stock("A", 3)
    answers = at_once([lambda: hold(new_id(), A=2) for _ in range(4)])
    refused = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert [answer.fields["available"] for answer in refused] == [1, 1, 1]
