"""Random lives of one order: units and money are conserved after each step."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import hypothesis.strategies as st
import msgspec
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modules.kernel.errors import DomainError
from modules.orders.contracts import LineQuantity
from modules.orders.domain.order import Order
from tests.orders.story import CART, CONTACT, quote, quoted_line
from tests.support.given import AN_ID

SKUS = ("A", "B", "C")
UNITS = st.integers(0, 3)
LINES = st.lists(
    st.builds(lambda sku, n: LineQuantity(sku=sku, quantity=n), st.sampled_from(SKUS), UNITS),
    max_size=3,
)


class Lives(RuleBasedStateMachine):
    order: Order

    @initialize(
        quantities=st.tuples(*[st.integers(1, 7)] * 3),
        totals=st.tuples(*[st.integers(0, 10_000)] * 3),
    )
    def place(self, quantities: tuple[int, ...], totals: tuple[int, ...]) -> None:
        lines = [
            quoted_line(sku, quantity, total, total // 6)
            for sku, quantity, total in zip(SKUS, quantities, totals, strict=True)
        ]
        self.order = Order.place(
            AN_ID,
            number="7K3M-9QXA",
            cart_id=CART,
            customer_id=None,
            contact=CONTACT,
            quote=quote(*lines),
        )

    def attempt(self, step: Callable[[], object]) -> None:
        before = msgspec.json.encode(self.order.state)
        with suppress(DomainError):
            step()
            return
        assert msgspec.json.encode(self.order.state) == before, "a refusal changes nothing"

    @rule()
    def confirm(self) -> None:
        self.attempt(self.order.confirm)

    @rule(number=UNITS, lines=LINES)
    def ship(self, number: int, lines: list[LineQuantity]) -> None:
        self.attempt(lambda: self.order.ship(UUID(int=100 + number), lines))

    @rule(number=UNITS)
    def deliver(self, number: int) -> None:
        self.attempt(lambda: self.order.deliver(UUID(int=100 + number)))

    @rule(lines=LINES)
    def cancel_lines(self, lines: list[LineQuantity]) -> None:
        self.attempt(lambda: self.order.cancel_lines(lines, "why"))

    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: self.order.cancel("why"))

    @rule(number=UNITS, lines=LINES)
    def request_return(self, number: int, lines: list[LineQuantity]) -> None:
        self.attempt(lambda: self.order.request_return(UUID(int=200 + number), lines, "why"))

    @rule(number=UNITS, restock=st.booleans())
    def receive_return(self, number: int, restock: bool) -> None:
        self.attempt(lambda: self.order.receive_return(UUID(int=200 + number), restock=restock))

    @rule()
    def complete(self) -> None:
        self.attempt(self.order.complete)

    @invariant()
    def units_are_conserved(self) -> None:
        for line in self.order.state.lines:
            assert line.cancelled + line.shipped + line.open == line.quantity
            assert min(line.cancelled, line.shipped, line.open, line.returned) >= 0
            assert line.returned + line.return_requested + line.returnable == line.shipped

    @invariant()
    def every_cent_is_shipped_open_or_cancelled(self) -> None:
        state = self.order.state
        parcels = self.recorded(Order.ParcelShipped)
        shipped = sum(event.goods_minor + event.delivery_minor for event in parcels)
        still_open = sum(line.value(line.shipping(line.open)) for line in state.lines)
        if state.status != "cancelled" and not parcels:
            still_open += state.delivery_minor
        assert shipped + still_open + state.cancelled_minor == state.total_minor
        assert state.due_minor == shipped + still_open

    @invariant()
    def returns_are_worth_no_more_than_what_was_shipped(self) -> None:
        goods = sum(event.goods_minor for event in self.recorded(Order.ParcelShipped))
        assert sum(each.value_minor for each in self.order.state.returns) <= goods

    @invariant()
    def history_is_the_state(self) -> None:
        again = Order.fold(AN_ID, self.order.pending_events)  # type: ignore[arg-type]
        assert again.state == self.order.state

    def recorded[E](self, kind: type[E]) -> list[E]:
        return [event for event in self.order.pending_events if isinstance(event, kind)]


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
