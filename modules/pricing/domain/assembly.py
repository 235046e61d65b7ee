"""Puts priced lines and delivery together into a quote, with a step for every sum."""

from collections.abc import Iterable

from modules.pricing.contracts import (
    Quote,
    QuotedDelivery,
    QuotedLine,
    QuoteRequest,
    Step,
    TaxRule,
    TaxTotal,
)
from modules.pricing.domain.derivation import derive
from modules.pricing.domain.items import Item


def assembled(
    request: QuoteRequest,
    lines: list[Item],
    delivery: Item | None,
    steps: list[Step],
    *,
    included: bool,
) -> Quote:
    """Returns the quote; its sums are the last steps of its derivation."""
    every = [*lines, *([delivery] if delivery else [])]
    taxes, tax_steps = tax_totals(every)
    sums = {
        "quote-subtotal": ("Goods", {item.name: item.subtotal for item in lines}),
        "quote-discount": ("Discounts", {item.name: sum(item.shares) for item in every}),
        "quote-delivery": ("Delivery", {"delivery": delivery.subtotal} if delivery else {}),
        "quote-tax": ("Tax", {item.name: item.tax for item in every}),
        "quote-total": ("To pay", {item.name: item.total for item in every}),
    }
    sum_steps = {rule: derive(rule, label, dict(parts)) for rule, (label, parts) in sums.items()}
    return Quote(
        currency=request.currency,
        country=request.country,
        tax_included=included,
        rounding=request.rounding,
        lines=tuple(quoted_line(request, n, item) for n, item in enumerate(lines)),
        delivery=quoted_delivery(request, delivery),
        taxes=taxes,
        subtotal_minor=sum_steps["quote-subtotal"].amount_minor,
        discount_minor=sum_steps["quote-discount"].amount_minor,
        delivery_minor=sum_steps["quote-delivery"].amount_minor,
        tax_minor=sum_steps["quote-tax"].amount_minor,
        total_minor=sum_steps["quote-total"].amount_minor,
        steps=(*steps, *tax_steps, *sum_steps.values()),
        quoted_at=request.quoted_at,
    )


def tax_totals(items: Iterable[Item]) -> tuple[tuple[TaxTotal, ...], list[Step]]:
    """Returns the tax of each rate, highest rate first, with the steps that add it up."""
    groups: dict[str, tuple[TaxRule, list[Item]]] = {}
    for item in items:
        if item.rule is not None:
            groups.setdefault(item.rule.code, (item.rule, []))[1].append(item)
    totals: list[TaxTotal] = []
    steps: list[Step] = []
    for rule, group in sorted(groups.values(), key=lambda g: (-g[0].rate_millionths, g[0].code)):
        known: dict[str, int | str] = {"tax_code": rule.code, "tax_version": rule.version}
        net = derive("rate-net", rule.label, known | {item.name: item.net for item in group})
        tax = derive("rate-tax", rule.label, known | {item.name: item.tax for item in group})
        steps += [net, tax]
        totals.append(
            TaxTotal(
                code=rule.code,
                label=rule.label,
                rate_millionths=rule.rate_millionths,
                net_minor=net.amount_minor,
                tax_minor=tax.amount_minor,
            )
        )
    return tuple(totals), steps


def quoted_line(request: QuoteRequest, index: int, item: Item) -> QuotedLine:
    line = request.lines[index]
    return QuotedLine(
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=item.unit_price,
        subtotal_minor=item.subtotal,
        discount_minor=sum(item.shares),
        net_minor=item.net,
        tax_minor=item.tax,
        total_minor=item.total,
        tax_code=item.rule.code if item.rule else "",
        tax_rate_millionths=item.rule.rate_millionths if item.rule else 0,
        steps=tuple(item.steps),
    )


def quoted_delivery(request: QuoteRequest, item: Item | None) -> QuotedDelivery | None:
    if item is None or request.delivery is None:
        return None
    return QuotedDelivery(
        method_code=request.delivery.method_code,
        title=request.delivery.title,
        discount_minor=sum(item.shares),
        net_minor=item.net,
        tax_minor=item.tax,
        total_minor=item.total,
        tax_code=item.rule.code if item.rule else "",
        tax_rate_millionths=item.rule.rate_millionths if item.rule else 0,
        steps=tuple(item.steps),
    )
