"""Lines of documents: some units of an order's line with their share of every stored amount.

Nothing is computed anew. The units of a line share its stored amounts as `modules.orders` lets
them: each gets the same, and the first ones a minor unit more while there is a rest.
"""

from collections.abc import Iterable

from modules.invoicing.contracts import DocumentLine, DocumentTax, Reason, TaxCategory
from modules.pricing.contracts import Quote, QuotedDelivery, QuotedLine

REVERSE_CHARGE_STEP = "tax-reverse-charge"

type Group = tuple[TaxCategory, str, int]


def share_of_units(amount_minor: int, quantity: int, first: int, end: int) -> int:
    """Returns what units `first` to `end` (left out) have of an amount that all units share."""
    each, rest = divmod(amount_minor, quantity)
    return each * (end - first) + min(end, rest) - min(first, rest)


def goods(
    quote: Quote, line: QuotedLine, first: int, end: int, reason: Reason = ""
) -> DocumentLine:
    """Returns the document line of units `first` to `end` (left out) of a quoted line."""
    total = share_of_units(line.total_minor, line.quantity, first, end)
    tax = share_of_units(line.tax_minor, line.quantity, first, end)
    listed = line.unit_price_minor * (end - first)
    return DocumentLine(
        kind="goods",
        sku=line.sku,
        title=line.title,
        quantity=end - first,
        first_unit=first,
        unit_price_minor=line.unit_price_minor,
        listed_minor=listed,
        # What was listed and is not paid, so that every document adds up by itself.
        discount_minor=listed - (total if quote.tax_included else total - tax),
        net_minor=total - tax,
        tax_minor=tax,
        total_minor=total,
        tax_category=_category(line),
        tax_code=line.tax_code,
        tax_rate_millionths=line.tax_rate_millionths,
        reason=reason,
    )


def delivery(quote: Quote, charge: QuotedDelivery, reason: Reason = "") -> DocumentLine:
    """Returns the document line of an order's delivery."""
    paid = charge.total_minor if quote.tax_included else charge.net_minor
    return DocumentLine(
        kind="delivery",
        sku="",
        title=charge.title,
        quantity=1,
        first_unit=0,
        unit_price_minor=paid + charge.discount_minor,
        listed_minor=paid + charge.discount_minor,
        discount_minor=charge.discount_minor,
        net_minor=charge.net_minor,
        tax_minor=charge.tax_minor,
        total_minor=charge.total_minor,
        tax_category=_category(charge),
        tax_code=charge.tax_code,
        tax_rate_millionths=charge.tax_rate_millionths,
        reason=reason,
    )


def reduction(
    group: Group,
    *,
    total_minor: int,
    tax_minor: int,
    tax_included: bool,
    title: str = "",
    reason: Reason = "reduced",
) -> DocumentLine:
    """Returns the line of a part of a price that is given back, of one rate."""
    category, code, rate = group
    listed = total_minor if tax_included else total_minor - tax_minor
    return DocumentLine(
        kind="reduction",
        sku="",
        title=title,
        quantity=1,
        first_unit=0,
        unit_price_minor=listed,
        listed_minor=listed,
        discount_minor=0,
        net_minor=total_minor - tax_minor,
        tax_minor=tax_minor,
        total_minor=total_minor,
        tax_category=category,
        tax_code=code,
        tax_rate_millionths=rate,
        reason=reason,
    )


def group_of(line: DocumentLine) -> Group:
    return (line.tax_category, line.tax_code, line.tax_rate_millionths)


def taxes_of(lines: Iterable[DocumentLine]) -> tuple[DocumentTax, ...]:
    """Returns the tax breakdown: one entry a rate, in order of first mention."""
    sums: dict[Group, list[int]] = {}
    for line in lines:
        entry = sums.setdefault(group_of(line), [0, 0])
        entry[0] += line.net_minor
        entry[1] += line.tax_minor
    return tuple(
        DocumentTax(
            category=category, code=code, rate_millionths=rate, net_minor=net, tax_minor=tax
        )
        for (category, code, rate), (net, tax) in sums.items()
    )


def _category(quoted: QuotedLine | QuotedDelivery) -> TaxCategory:
    if any(step.rule == REVERSE_CHARGE_STEP for step in quoted.steps):
        return "AE"
    if quoted.tax_rate_millionths:
        return "S"
    # Without a rule no tax region covers the destination: an export.
    return "Z" if quoted.tax_code else "G"
