"""Random trade against the real database: after each step our books, the bank's and stock agree."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
import time_machine
from django.db.models import Sum
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from events.relay import drain
from events.repository import load
from modules.inventory.commands import receive_stock
from modules.inventory.contracts import ReceiveStock
from modules.kernel.clock import now
from modules.kernel.errors import DomainError
from modules.orders.commands import expire_unpaid
from modules.orders.domain.order import Order
from modules.orders.models import OrderRow
from modules.payments.commands import bank_mishap, resolve_unknown
from modules.payments.contracts import BankMishap
from modules.payments.domain.payment import Payment
from modules.payments.models import BankRecord, PaymentRow
from modules.payments.selectors import payments_of
from tests.support.trade import (
    PRINT,
    at_bank,
    begin,
    bring_back,
    buy,
    cancel,
    cancel_some,
    deliver,
    open_shop,
    order_of,
    refund,
    ship,
    stock,
)

UNITS = st.integers(0, 3)


class Trade(RuleBasedStateMachine):
    @initialize(prints=st.integers(1, 4))
    def place(self, prints: int) -> None:
        receive_stock(ReceiveStock(sku=PRINT, quantity=prints))
        self.before = stock()
        self.placed = buy(prints=prints, cards=1)

    def attempt(self, step: Callable[[], object]) -> None:
        with suppress(DomainError):
            step()

    @rule(
        method=st.sampled_from(["testbank", "testbank", "invoice"]),
        decision=st.sampled_from(["approve", "decline", "approve-twice", "timeout", ""]),
    )
    def pay(self, method: str, decision: str) -> None:
        def step() -> None:
            next_step = begin(self.placed, method=method)
            if next_step.redirect_url and decision:
                at_bank(next_step, decision)
                resolve_unknown(next_step.payment_id)

        self.attempt(step)

    @rule(
        operation=st.sampled_from(["start", "capture", "void", "refund", "find"]),
        mishap=st.sampled_from(["unreachable", "reply-lost", "refused"]),
    )
    def trouble(self, operation: str, mishap: str) -> None:
        payment = payments_of(self.placed.order_id)[-1]
        bank_mishap(
            BankMishap(payment_id=payment.id, operation=operation, mishap=mishap)  # type: ignore[arg-type]
        )

    @rule(prints=UNITS, cards=st.integers(0, 1))
    def send(self, prints: int, cards: int) -> None:
        self.attempt(lambda: ship(self.placed, **_chosen(prints, cards)))

    @rule()
    def arrive(self) -> None:
        for parcel in order_of(self.placed).parcels:
            self.attempt(lambda parcel=parcel: deliver(self.placed, parcel.id))  # type: ignore[misc]

    @rule(prints=UNITS, cards=st.integers(0, 1))
    def cancel_lines(self, prints: int, cards: int) -> None:
        self.attempt(lambda: cancel_some(self.placed, **_chosen(prints, cards)))

    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: cancel(self.placed))

    @rule(prints=st.integers(1, 2))
    def give_back_goods(self, prints: int) -> None:
        self.attempt(lambda: bring_back(self.placed, prints=prints))

    @rule(amount_minor=st.integers(1, 5_000))
    def give_back_money(self, amount_minor: int) -> None:
        self.attempt(lambda: refund(self.placed, amount_minor))

    @rule()
    def run_out_of_time(self) -> None:
        self.attempt(lambda: expire_unpaid(self.placed.order_id))

    @rule()
    def let_workers_work(self) -> None:
        with time_machine.travel(now() + timedelta(minutes=10)):
            drain()

    @invariant()
    def money_stays_within_its_limits(self) -> None:
        order, payments = order_of(self.placed), payments_of(self.placed.order_id)
        for payment in payments:
            assert 0 <= payment.refunded_minor <= payment.captured_minor
            assert payment.captured_minor <= payment.authorised_minor <= payment.amount_minor
        assert sum(payment.captured_minor for payment in payments) <= order.total_minor

    @invariant()
    def units_are_where_the_order_says(self) -> None:
        line = next(line for line in order_of(self.placed).lines if line.sku == PRINT)
        after = stock()
        assert after.reserved - self.before.reserved == line.open
        assert self.before.on_hand - after.on_hand == line.shipped - line.returned

    @invariant()
    def read_models_say_what_the_streams_say(self) -> None:
        row = OrderRow.objects.get(id=self.placed.order_id)
        assert row.state == _as_json(load(Order, row.id).state)
        for payment in PaymentRow.objects.filter(reference=row.id):
            assert payment.state == _as_json(load(Payment, payment.id).state)

    def teardown(self) -> None:
        """In the end, when all workers are done, the bank's books and ours agree."""
        if not hasattr(self, "placed"):
            return
        for minutes in (1, 5, 60, 120):
            with time_machine.travel(now() + timedelta(minutes=minutes)):
                drain()
        order = order_of(self.placed)
        assert order.status != "placed"
        for payment in payments_of(order.id):
            assert payment.pending_minor == 0
            if payment.provider == "testbank":
                sums = BankRecord.objects.filter(payment_id=payment.id).aggregate(
                    captured=Coalesce(Sum("captured_minor"), 0),
                    refunded=Coalesce(Sum("refunded_minor"), 0),
                )
                assert (payment.captured_minor, payment.refunded_minor) == tuple(sums.values())


def _as_json(state: msgspec.Struct) -> Any:
    return msgspec.json.decode(msgspec.json.encode(state))


def _chosen(prints: int, cards: int) -> dict[str, int]:
    chosen = {"prints": prints, "cards": cards}
    return {name: n for name, n in chosen.items() if n} or {"prints": 9}


@pytest.mark.django_db
@pytest.mark.stress
def test_books_agree_after_any_trade() -> None:
    open_shop(units=100_000)
    run_state_machine_as_test(
        Trade,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            # A failing trade is short enough to read as it is; shrinking it takes minutes.
            phases=(Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
