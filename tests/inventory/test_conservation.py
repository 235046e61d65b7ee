"""Whatever happens to stock in whatever order: every unit is somewhere, and none is sold twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from events.moments import AsOf
from modules.inventory.commands import (
    adjust_stock,
    receive_stock,
    release,
    release_expired,
    reserve,
    restock,
    set_backorder_limit,
    ship,
)
from modules.inventory.contracts import (
    AdjustStock,
    ReceiveStock,
    Release,
    Reserve,
    Restock,
    SetBackorderLimit,
    Ship,
    StockLine,
)
from modules.inventory.models import Stock
from modules.inventory.selectors import conservation, stock_levels
from modules.kernel import clock
from modules.kernel.errors import DomainError
from modules.kernel.identity import derived_id
from tests.inventory.goods import stock

pytestmark = pytest.mark.django_db

SKUS = st.sampled_from(["A", "B"])
ORDERS = st.integers(1, 3).map(lambda n: derived_id("order", n))
UNITS = st.integers(1, 4)
BASKETS = st.lists(st.builds(StockLine, sku=SKUS, quantity=UNITS), min_size=1, max_size=3).map(
    tuple
)


class Warehouse(RuleBasedStateMachine):
    """A model of plain numbers beside the real tables; both are told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.received = {"A": 0, "B": 0}
        self.shipped = {"A": 0, "B": 0}
        self.held: dict[tuple[object, str], int] = {}
        self.limit = {"A": 0, "B": 0}
        # One transaction per example, undone at its end.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(a=st.integers(0, 6), b=st.integers(0, 6))
    def open(self, a: int, b: int) -> None:
        self.receive("A", a)
        self.receive("B", b)

    @rule(sku=SKUS, units=UNITS)
    def receive(self, sku: str, units: int) -> None:
        receive_stock(ReceiveStock(sku=sku, quantity=units))
        self.received[sku] += units

    @rule(order=ORDERS, basket=BASKETS, expiring=st.booleans())
    def reserve(self, order: object, basket: tuple[StockLine, ...], expiring: bool) -> None:
        wanted: dict[str, int] = {}
        for line in basket:
            wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
        enough = all(
            units <= self.free(sku) + self.limit[sku] + self.held.get((order, sku), 0)
            for sku, units in wanted.items()
        )
        expires_at = clock.now() + timedelta(hours=1) if expiring else None
        message = Reserve(reference=order, lines=basket, expires_at=expires_at)  # type: ignore[arg-type]
        assert succeeds(lambda: reserve(message)) == enough
        if enough:
            self.drop(order)
            self.held |= {(order, sku): units for sku, units in wanted.items()}

    @rule(order=ORDERS)
    def cancel(self, order: object) -> None:
        release(Release(reference=order))  # type: ignore[arg-type]
        self.drop(order)

    @rule(order=ORDERS, sku=SKUS, units=UNITS)
    def ship_some(self, order: object, sku: str, units: int) -> None:
        self.ship(order, {sku: units})

    @rule(order=ORDERS)
    def ship_the_rest(self, order: object) -> None:
        rest = {sku: units for (holder, sku), units in self.held.items() if holder == order}
        self.ship(order, {sku: units for sku, units in rest.items() if units})

    def ship(self, order: object, parcel: dict[str, int]) -> None:
        possible = all(
            units <= self.held.get((order, sku), 0)
            and units <= self.received[sku] - self.shipped[sku]
            for sku, units in parcel.items()
        )
        lines = tuple(StockLine(sku=sku, quantity=units) for sku, units in parcel.items())
        message = Ship(reference=order, lines=lines)  # type: ignore[arg-type]
        assert succeeds(lambda: ship(message)) == possible
        for sku, units in parcel.items() if possible else ():
            self.held[order, sku] -= units
            self.shipped[sku] += units

    @rule(order=ORDERS, sku=SKUS, units=UNITS)
    def take_back(self, order: object, sku: str, units: int) -> None:
        line = StockLine(sku=sku, quantity=units)
        restock(Restock(reference=order, lines=(line,)))  # type: ignore[arg-type]
        self.received[sku] += units

    @rule(sku=SKUS, units=st.integers(0, 8))
    def count(self, sku: str, units: int) -> None:
        possible = units - self.promised(sku) >= -self.limit[sku]
        message = AdjustStock(sku=sku, on_hand=units, reason="count")
        assert succeeds(lambda: adjust_stock(message)) == possible
        if possible:
            self.received[sku] = units + self.shipped[sku]

    @rule(sku=SKUS, limit=st.integers(0, 3))
    def allow_backorders(self, sku: str, limit: int) -> None:
        possible = self.free(sku) >= -limit
        message = SetBackorderLimit(sku=sku, limit=limit)
        assert succeeds(lambda: set_backorder_limit(message)) == possible
        if possible:
            self.limit[sku] = limit

    @rule()
    def expire(self) -> None:
        for order in release_expired(clock.now() + timedelta(hours=2)):
            self.drop(order)

    @invariant()
    def every_unit_is_somewhere(self) -> None:
        assert conservation() == ()
        for row in Stock.objects.all():
            on_hand = self.received[row.sku] - self.shipped[row.sku]
            assert (row.on_hand, row.reserved) == (on_hand, self.promised(row.sku))
            assert row.received + row.adjusted == row.reserved + row.as_level().free + row.shipped
            assert row.on_hand >= 0
            assert row.as_level().free >= -row.backorder_limit
        skus = ["A", "B"]
        assert stock_levels(skus, AsOf()) == stock_levels(skus), "the book tells every figure"

    def promised(self, sku: str) -> int:
        return sum(units for (_, held_sku), units in self.held.items() if held_sku == sku)

    def free(self, sku: str) -> int:
        return self.received[sku] - self.shipped[sku] - self.promised(sku)

    def drop(self, order: object) -> None:
        self.held = {key: units for key, units in self.held.items() if key[0] != order}


def succeeds(action: Callable[[], object]) -> bool:
    try:
        action()
    except DomainError:
        return False
    return True


def test_every_unit_is_somewhere_whatever_happens_in_whatever_order() -> None:
    run_state_machine_as_test(
        Warehouse,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            # Each step is a real transaction: making a failure shorter would take minutes.
            phases=[Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        "on_hand = -1, adjusted = -6",
        "reserved = -1",
        "reserved = 6",
        "on_hand = on_hand + 1",
        "shipped = shipped + 1",
        "backorder_limit = -1",
    ],
)
def test_the_database_itself_refuses_figures_that_cannot_be(change: str) -> None:
    stock("A", 5)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE inventory_stock SET {change} WHERE sku = 'A'")
