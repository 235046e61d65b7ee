"""Turns a stored quote into an explanation: its steps by name, each input that is another amount
linked to the step that made it. What is linked wrongly is not hidden, but said."""

from collections.abc import Iterable, Iterator, Mapping

from modules.kernel.money import exponent
from modules.pricing.contracts import (
    AmountOf,
    ExplainedItem,
    ExplainedStep,
    Explanation,
    Quote,
    QuotedLine,
    Step,
)
from modules.pricing.domain.checking import ITEM_AMOUNTS, SHARES, Quoted, items
from modules.pricing.domain.derivation import numbered

type Linked = dict[str, int | str | AmountOf]

# What the amount of a step of a line is called, after the line's own name.
NAMES = {
    "listed-price": "listed",
    "unit-repriced": "repriced",
    "line-subtotal": "subtotal",
    "delivery-charge": "charge",
    "delivery-repriced": "subtotal",
    "item-discount": "discount",
    "taxable": "taxable",
    "net-as-listed": "net",
    "total-as-listed": "total",
}
# Which amount of the same line an input is.
INPUTS = {
    "subtotal_minor": "subtotal",
    "discount_minor": "discount",
    "taxable_minor": "taxable",
    "net_minor": "net",
    "tax_minor": "tax",
    "total_minor": "total",
}
# Which amount of its lines a step of the whole quote takes.
PARTS = {
    "quote-subtotal": "subtotal",
    "quote-discount": "discount",
    "quote-delivery": "subtotal",
    "quote-tax": "tax",
    "quote-total": "total",
    "tax-of-rate": "taxable",
    "rate-net": "net",
    "rate-tax": "tax",
}
SUBTOTALS = ITEM_AMOUNTS["subtotal_minor"]
LEFT = "What is left of it"
STATED = ("subtotal", "discount", "delivery", "tax", "total")


def explained(quote: Quote, order: str = "") -> Explanation:
    """Returns every amount of a quote with the steps that lead to it, each after its inputs."""
    named = items(quote)
    steps: list[ExplainedStep] = []
    for name, item in named.items():
        steps += item_steps(name, item, quote)
    steps += [quote_step(step) for step in quote.steps]
    amounts = {name: getattr(quote, f"{name}_minor") for name in STATED}
    for name, item in named.items():
        amounts |= item_amounts(name, item)
    for rate in quote.taxes:
        amounts |= {f"net_at.{rate.code}": rate.net_minor, f"tax_at.{rate.code}": rate.tax_minor}
    return Explanation(
        order=order,
        currency=quote.currency,
        decimals=exponent(quote.currency),
        items=tuple(
            ExplainedItem(
                name=name,
                title=item.title,
                sku=item.sku if isinstance(item, QuotedLine) else "",
                quantity=item.quantity if isinstance(item, QuotedLine) else None,
            )
            for name, item in named.items()
        ),
        amounts=amounts,
        steps=in_order(steps),
    )


def item_amounts(name: str, item: Quoted) -> dict[str, int]:
    found = {
        f"{name}.{amount.removesuffix('_minor')}": getattr(item, amount)
        for amount in ITEM_AMOUNTS
        if hasattr(item, amount)
    }
    unit = found.pop(f"{name}.unit_price", None)
    return found if unit is None else {unit_name(name, item): unit, **found}


def unit_name(name: str, item: Quoted) -> str:
    repriced = any(step.rule == "unit-repriced" for step in item.steps)
    return f"{name}.repriced" if repriced else f"{name}.listed"


def item_steps(name: str, item: Quoted, quote: Quote) -> Iterator[ExplainedStep]:
    """Yields a line's steps, and before each share what was left of the line then."""
    subtotal = next(step.amount_minor for step in reversed(item.steps) if step.rule in SUBTOTALS)
    before: Linked = {"subtotal_minor": AmountOf(of=f"{name}.subtotal", is_minor=subtotal)}
    left = subtotal
    for step in item.steps:
        if step.rule in SHARES:
            number = step.inputs["discount"]
            yield made(f"{name}.left_{number}", "left", LEFT, dict(before), left)
            before[f"share_{len(before)}"] = AmountOf(
                of=f"{name}.discount_{number}", is_minor=step.amount_minor
            )
            left -= step.amount_minor
        yield item_step(name, item, step, quote)


def item_step(name: str, item: Quoted, step: Step, quote: Quote) -> ExplainedStep:
    called = NAMES.get(step.rule, "tax" if step.rule.startswith("tax-") else step.rule)
    if step.rule == "delivery-charge" and not any(
        each.rule == "delivery-repriced" for each in item.steps
    ):
        called = "subtotal"
    if step.rule in SHARES:
        called = f"discount_{step.inputs['discount']}"
    return ExplainedStep(
        name=f"{name}.{called}",
        rule=step.rule,
        rule_version=step.rule_version,
        label=step.label,
        rounding=step.rounding,
        inputs=item_inputs(name, item, step, quote),
        amount_minor=step.amount_minor,
    )


def item_inputs(name: str, item: Quoted, step: Step, quote: Quote) -> Linked:
    if step.rule in ("discount-share", "tax-share"):
        return share_inputs(name, step, quote)
    links = {key: f"{name}.{amount}" for key, amount in INPUTS.items()}
    links["unit_minor"] = unit_name(name, item)
    if step.rule in ("unit-repriced", "delivery-repriced"):
        links["listed_minor"] = f"{name}.{'listed' if step.rule == 'unit-repriced' else 'charge'}"
    if step.rule in SHARES:
        links["left_minor"] = f"{name}.left_{step.inputs['discount']}"
    numbers = [each.inputs["discount"] for each in item.steps if each.rule in SHARES]
    links |= {f"share_{n}": f"{name}.discount_{d}" for n, d in enumerate(numbers, start=1)}
    return linked(step.inputs, links)


def share_inputs(name: str, step: Step, quote: Quote) -> Linked:
    """Returns a share as a place among all weights, so that the remainder shows who won it."""
    of_tax = step.rule == "tax-share"
    key, spread = ("tax_code", "tax_of_rate_minor") if of_tax else ("discount", "spread_minor")
    about: Linked = {key: step.inputs[key]}
    origin = next(
        (
            each
            for each in quote.steps
            if each.rule in ("discount-spread", "discount-rate", "tax-of-rate")
            and each.inputs.get(key) == step.inputs[key]
        ),
        None,
    )
    weights = numbered(origin.inputs) if origin else {}
    spread_name = f"tax_of.{step.inputs[key]}" if of_tax else f"discount_{step.inputs[key]}"
    about["spread_minor"] = AmountOf(of=spread_name, is_minor=int(step.inputs[spread]))
    for number, (line, weight) in enumerate(weights.items(), start=1):
        amount = "taxable" if of_tax else f"left_{step.inputs[key]}"
        if line == name:
            about["place"] = number
            weight = int(step.inputs["weight_minor"])
        about[f"weight_{number}"] = AmountOf(of=f"{line}.{amount}", is_minor=weight)
    return about


def quote_step(step: Step) -> ExplainedStep:
    code, number = step.inputs.get("tax_code", ""), step.inputs.get("discount", 0)
    called = {
        "tax-of-rate": f"tax_of.{code}",
        "rate-net": f"net_at.{code}",
        "rate-tax": f"tax_at.{code}",
    }.get(step.rule, step.rule.removeprefix("quote-"))
    amount = PARTS.get(step.rule, step.rule)
    if step.rule.startswith("discount-"):
        called = f"discount_{number}"
        amount = called if step.rule == "discount-sum" else f"left_{number}"
    links = {line: f"{line}.{amount}" for line in numbered(step.inputs)}
    return ExplainedStep(
        name=called,
        rule=step.rule,
        rule_version=step.rule_version,
        label=step.label,
        rounding=step.rounding,
        inputs=linked(step.inputs, links),
        amount_minor=step.amount_minor,
    )


def linked(inputs: Mapping[str, int | str], links: Mapping[str, str]) -> Linked:
    return {
        key: AmountOf(of=links[key], is_minor=value)
        if key in links and isinstance(value, int)
        else value
        for key, value in inputs.items()
    }


def made(name: str, rule: str, label: str, inputs: Linked, amount_minor: int) -> ExplainedStep:
    """Returns an exact step that is made for the explanation and stored nowhere."""
    return ExplainedStep(
        name=name,
        rule=rule,
        rule_version=1,
        label=label,
        rounding="exact",
        inputs=inputs,
        amount_minor=amount_minor,
    )


def in_order(steps: Iterable[ExplainedStep]) -> tuple[ExplainedStep, ...]:
    """Puts every step after those whose amounts it takes."""
    by_name = {step.name: step for step in steps}
    ordered: dict[str, ExplainedStep] = {}

    def put(step: ExplainedStep) -> None:
        for value in step.inputs.values():
            if isinstance(value, AmountOf) and value.of in by_name and value.of not in ordered:
                put(by_name[value.of])
        ordered[step.name] = step

    for step in by_name.values():
        if step.name not in ordered:
            put(step)
    return tuple(ordered.values())


def expanded(told: Explanation, name: str) -> tuple[tuple[int, ExplainedStep], ...]:
    """Returns the step that makes an amount and all it rests on, each with its depth, top down.

    A step that several rest on is told once, where it is met first.

    Raises:
        KeyError: no amount has this name.
    """
    by_name = {step.name: step for step in told.steps}
    found: dict[str, tuple[int, ExplainedStep]] = {}

    def tell(step: ExplainedStep, depth: int) -> None:
        found[step.name] = (depth, step)
        for value in step.inputs.values():
            if isinstance(value, AmountOf) and value.of in by_name and value.of not in found:
                tell(by_name[value.of], depth + 1)

    tell(by_name[name], 0)
    return tuple(found.values())
