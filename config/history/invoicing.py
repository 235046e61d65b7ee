"""Prices planned orders as they were invoiced, by the shop's own rule, a thousand at a time.

A line's derivation depends on its price and quantity alone. Both repeat all year long, so the rule
is asked once for each pair, and its answer is given the name of the goods.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter

from config.history.places import country_code
from config.history.planning import PlannedLine, PlannedOrder
from modules.kernel.money import Money
from modules.pricing.contracts import (
    ListedPrice,
    Quote,
    QuotedLine,
    QuoteLine,
    QuoteRequest,
    Step,
)
from modules.pricing.selectors import quote

CURRENCY = "GBP"
NAMELESS = ""
_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
# The steps of a quote that add up its lines, with the amount of a line that each adds.
SUMS = {
    "quote-subtotal": attrgetter("subtotal_minor"),
    "quote-discount": attrgetter("discount_minor"),
    "quote-tax": attrgetter("tax_minor"),
    "quote-total": attrgetter("total_minor"),
}


def invoiced(order: PlannedOrder) -> Quote:
    """Returns the quote that `modules.pricing.selectors.quote` would give; no tax is told."""
    lines = tuple(_line(sku, line) for sku, line in order.lines.items())
    pattern = _pattern()
    steps = tuple(_step(step, lines) for step in pattern.steps)
    amounts = {step.rule: step.amount_minor for step in steps}
    return replace(
        pattern,
        country=country_code(order.country),
        lines=lines,
        subtotal_minor=amounts["quote-subtotal"],
        total_minor=amounts["quote-total"],
        steps=steps,
        quoted_at=order.at,
    )


def _line(sku: str, line: PlannedLine) -> QuotedLine:
    known = _known(line.price_minor, line.quantity)
    listed, *others = known.steps
    named = Step(
        rule=listed.rule,
        rule_version=listed.rule_version,
        label=listed.label,
        inputs={**listed.inputs, "sku": sku},
        rounding=listed.rounding,
        amount_minor=listed.amount_minor,
    )
    return QuotedLine(
        sku=sku,
        title=line.title,
        quantity=known.quantity,
        unit_price_minor=known.unit_price_minor,
        subtotal_minor=known.subtotal_minor,
        discount_minor=known.discount_minor,
        net_minor=known.net_minor,
        tax_minor=known.tax_minor,
        total_minor=known.total_minor,
        tax_code=known.tax_code,
        tax_rate_millionths=known.tax_rate_millionths,
        steps=(named, *others),
    )


def _step(step: Step, lines: tuple[QuotedLine, ...]) -> Step:
    if step.rule not in SUMS:
        return step
    amounts = [*map(SUMS[step.rule], lines)]
    inputs = dict(zip(_names(len(lines)), amounts, strict=True))
    return replace(step, inputs=inputs, amount_minor=sum(amounts))


@lru_cache(maxsize=512)
def _names(lines: int) -> tuple[str, ...]:
    return tuple(f"line_{n}" for n in range(1, lines + 1))


@lru_cache(maxsize=8_000)
def _known(price_minor: int, quantity: int) -> QuotedLine:
    return _quote(price_minor, quantity).lines[0]


@cache
def _pattern() -> Quote:
    return _quote(1, 1)


def _quote(price_minor: int, quantity: int) -> Quote:
    listed = ListedPrice(
        sku=NAMELESS,
        price=Money(price_minor, CURRENCY),
        compare_at=None,
        tax_class="standard",
        tax_included=True,
        price_version=0,
    )
    line = QuoteLine(sku=NAMELESS, title="", quantity=quantity, listed=listed)
    return quote(
        QuoteRequest(
            currency=CURRENCY,
            country="",
            lines=(line,),
            delivery=None,
            tax_rules=(),
            quoted_at=_BEFORE,
        )
    )
