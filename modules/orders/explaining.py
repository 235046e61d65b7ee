"""Explains an order: its quote, what was cancelled and returned of it, and what was given back.

Nothing is computed anew from prices or rules; what the events hold is linked, step by step.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from events.aggregate import Event
from events.store import read_stream
from modules.orders.contracts import OrderNotFound
from modules.orders.domain.order import Order
from modules.orders.domain.state import Line, ValuedLine
from modules.orders.money import NOT_PAID_IN_TIME
from modules.payments.selectors import payments_of
from modules.pricing.contracts import AmountOf, ExplainedStep, Explanation, Quote
from modules.pricing.selectors import explained

TITLES: dict[type[Event], str] = {
    Order.LinesCancelled: "Part of the order cancelled",
    Order.Cancelled: "The order cancelled",
    Order.ReturnReceived: "Goods that came back",
}
# The shop's own reasons. What a person typed is sealed elsewhere and does not belong here.
OWN_REASONS = frozenset(
    {NOT_PAID_IN_TIME, "Part of the order was cancelled", "The order was cancelled"}
)
# What a line is worth and the tax in it, by the field of the event that says it of some units.
PARTS = {"value_minor": "total", "tax_minor": "tax"}

type Inputs = dict[str, int | str | AmountOf]


def explanation(order_id: UUID) -> Explanation:
    """Returns every amount of an order with the steps that lead to it.

    Raises:
        OrderNotFound: there is no such order.
    """
    recorded = read_stream(order_id)
    placed = recorded[0].event if recorded else None
    if not isinstance(placed, Order.Placed):
        raise OrderNotFound("There is no such order.", order_id=order_id)
    told = explained(placed.quote, placed.number)
    steps, amounts = list(told.steps), dict(told.amounts)
    changes = Changes(placed.quote)
    for row in recorded:
        if type(row.event) in TITLES:
            changes.add(row.event)
    for step in [*changes.steps, changes.due(), *refunds(order_id)]:
        steps.append(step)
        amounts[step.name] = step.amount_minor
    return replace(told, steps=tuple(steps), amounts=amounts)


class Changes:
    """Follows which units of each line were cancelled or came back, as the order itself does."""

    def __init__(self, quote: Quote) -> None:
        self.quote = quote
        self.names = {line.sku: f"line_{n}" for n, line in enumerate(quote.lines, start=1)}
        self.lines = {
            line.sku: Line(
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
                total_minor=line.total_minor,
                tax_minor=line.tax_minor,
            )
            for line in quote.lines
        }
        self.steps: list[ExplainedStep] = []
        self.cancelled: Inputs = {}
        self.returns = 0

    def add(self, event: Any) -> None:
        """Adds the steps of a cancellation or a return."""
        returned = isinstance(event, Order.ReturnReceived)
        if returned:
            self.returns += 1
            name = f"return_{self.returns}"
        else:
            name = f"change_{len(self.cancelled) + 1}"
        for field, amount in PARTS.items():
            called = name if amount == "total" else f"{name}.tax"
            units = [self.units(called, each, amount, field, returned) for each in event.lines]
            inputs: Inputs = {
                step.name.rpartition(".")[2]: AmountOf(of=step.name, is_minor=step.amount_minor)
                for step in units
            }
            if isinstance(event, Order.Cancelled) and self.quote.delivery:
                charge = getattr(self.quote.delivery, f"{amount}_minor")
                inputs["delivery"] = AmountOf(of=f"delivery.{amount}", is_minor=charge)
            worth = made(called, "change-worth", TITLES[type(event)], inputs, getattr(event, field))
            self.steps += [*units, worth]
        for each in event.lines:
            line = self.lines[each.sku]
            line.returned += each.quantity if returned else 0
            line.cancelled += 0 if returned else each.quantity
        if not returned:
            self.cancelled[name] = AmountOf(of=name, is_minor=event.value_minor)

    def units(
        self, name: str, each: ValuedLine, amount: str, field: str, returned: bool
    ) -> ExplainedStep:
        line, item = self.lines[each.sku], self.names[each.sku]
        span = line.returning(each.quantity) if returned else line.cancelling(each.quantity)
        inputs: Inputs = {
            "of_minor": AmountOf(of=f"{item}.{amount}", is_minor=getattr(line, f"{amount}_minor")),
            "quantity": line.quantity,
            "first": span.start,
            "units": each.quantity,
        }
        label = f"{each.quantity} of {line.title}"
        return made(f"{name}.{item}", "units-worth", label, inputs, getattr(each, field))

    def due(self) -> ExplainedStep:
        """Returns what the order is worth after cancellations."""
        total = AmountOf(of="total", is_minor=self.quote.total_minor)
        gone = sum(each.is_minor for each in self.cancelled.values() if isinstance(each, AmountOf))
        inputs: Inputs = {"total_minor": total, **self.cancelled}
        return made("due", "order-due", "Worth now", inputs, self.quote.total_minor - gone)


def refunds(order_id: UUID) -> Iterable[ExplainedStep]:
    """Yields what was given back of each payment, and all of it together."""
    inputs: Inputs = {}
    for number, payment in enumerate(payments_of(order_id), start=1):
        for count, refund in enumerate(payment.refunds, start=1):
            if refund.status != "refunded":
                continue
            name = f"payment_{number}.refund_{count}"
            why = refund.reason if refund.reason in OWN_REASONS else "A refund that staff decided"
            decided: Inputs = {"decided_minor": refund.amount_minor}
            yield made(name, "refund", why, decided, refund.amount_minor)
            inputs[f"share_{len(inputs) + 1}"] = AmountOf(of=name, is_minor=refund.amount_minor)
    if inputs:
        total = sum(each.is_minor for each in inputs.values() if isinstance(each, AmountOf))
        yield made("refunded", "refunded", "Given back", inputs, total)


def made(name: str, rule: str, label: str, inputs: Inputs, amount_minor: int) -> ExplainedStep:
    return ExplainedStep(
        name=name,
        rule=rule,
        rule_version=1,
        label=label,
        rounding="exact",
        inputs=inputs,
        amount_minor=amount_minor,
    )
