"""Goes through the quotes of placed orders: which are wrong, and what if the rules were others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from events import codec, registry
from events.sequencer import sequence
from events.store import RecordedEvent, read_sequenced, read_stream
from modules.kernel.identity import derived_id
from modules.ledger.contracts import (
    Discrepancy,
    DiscrepancyReport,
    QuoteNotRepeatable,
    WhatIf,
    WhatIfOrder,
    WhatIfReport,
    WhatIfTotal,
)
from modules.ledger.domain.requoting import Change, asked
from modules.ledger.redeciding import Redeciding
from modules.pricing import selectors as pricing
from modules.pricing.contracts import Quote, QuotedDelivery, QuotedLine

BATCH = 500
PLACED = "orders.order.placed.v1"


class PlacedQuote(msgspec.Struct, frozen=True):
    """Of a placed order, what it was bought by; nothing personal."""

    number: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Sold:
    """A placed order with its quote."""

    order_id: UUID
    number: str
    quote: Quote
    placed_at: datetime


def placed(since: datetime | None = None, until: datetime | None = None) -> Iterator[Sold]:
    """Yields orders with `since` <= time of placing < `until`, in the order of the log."""
    sequence()
    topics = registry.names_of((registry.resolve(PLACED)[0],))
    position = 0
    while rows := read_sequenced(position, BATCH, topics):
        position = rows[-1].position or 0
        for row in rows:
            if (since is None or row.effective_at >= since) and (
                until is None or row.effective_at < until
            ):
                yield sold(row)


def sold(recorded: RecordedEvent) -> Sold:
    payload = recorded.payload
    if registry.resolve(recorded.topic)[1]:
        payload = codec.encode(codec.decode_fields(recorded.topic, payload))
    found = codec.decode(payload, PlacedQuote)
    return Sold(recorded.stream_id, found.number, found.quote, recorded.effective_at)


def order(order_id: UUID) -> Sold | None:
    """Returns a placed order, or None."""
    rows = read_stream(order_id, upto=1)
    is_order = bool(rows) and rows[0].topic.startswith(PLACED.rpartition(".v")[0])
    return sold(rows[0]) if is_order else None


def right_quote(quote: Quote) -> Quote:
    """Returns what the rule says today to what the quote was asked. Raises: QuoteNotRepeatable."""
    return pricing.quote(asked(quote))


def discrepancy(found: Sold) -> Discrepancy | None:
    """Returns in what a quote is wrong; None when it is sound.

    One that cannot be asked for again is judged by its derivation alone.
    """
    reasons = pricing.discrepancies(found.quote)
    try:
        right = right_quote(found.quote)
    except QuoteNotRepeatable as refusal:
        right = found.quote
        reasons = (*reasons, refusal.message) if reasons else ()
    if not reasons and amounts(right) == amounts(found.quote):
        return None
    return Discrepancy(
        order_id=found.order_id,
        number=found.number,
        currency=found.quote.currency,
        total_minor=found.quote.total_minor,
        right_total_minor=right.total_minor,
        tax_minor=found.quote.tax_minor,
        right_tax_minor=right.tax_minor,
        reasons=reasons,
        corrected=bool(read_stream(correction_id(found.order_id, right), upto=1)),
        placed_at=found.placed_at,
    )


def amounts(quote: Quote) -> list[tuple[int, ...]]:
    """Returns every amount of a quote that is ever booked."""
    items: list[QuotedLine | QuotedDelivery] = [*quote.lines]
    if quote.delivery:
        items.append(quote.delivery)
    return [
        (each.discount_minor, each.net_minor, each.tax_minor, each.total_minor) for each in items
    ]


def correction_id(order_id: UUID, right: Quote) -> UUID:
    """Returns the id of the booking that makes an order's books those of another quote."""
    return derived_id("ledger.correction", order_id, amounts(right))


def discrepancies(
    since: datetime | None = None, until: datetime | None = None
) -> Iterator[Discrepancy]:
    """Yields every placed order whose quote is wrong, with what is right, read-only."""
    for found in placed(since, until):
        wrong = discrepancy(found)
        if wrong is not None:
            yield wrong


def discrepancy_report(
    since: datetime | None = None, until: datetime | None = None, *, limit: int
) -> DiscrepancyReport:
    """Returns the wrong ones of the first `limit` orders of a time, for who cannot wait longer."""
    found: list[Discrepancy] = []
    looked_at = 0
    for sale in placed(since, until):
        if looked_at == limit:
            return DiscrepancyReport(found=tuple(found), looked_at=looked_at, complete=False)
        looked_at += 1
        if wrong := discrepancy(sale):
            found.append(wrong)
    return DiscrepancyReport(found=tuple(found), looked_at=looked_at, complete=True)


def what_if(query: WhatIf) -> WhatIfReport:
    """Prices the orders of a time by other rules and says in what they differ; writes nothing.

    Raises:
        PromotionNotFound: a promotion, or a version of it, that there is not.
    """
    reprice = other_rules(query)
    orders: list[WhatIfOrder] = []
    sums: dict[str, list[int]] = {}
    unrepeatable: list[str] = []
    complete = True
    for count, found in enumerate(placed(query.since, query.until)):
        if count == query.limit:
            complete = False
            break
        try:
            row = difference(found, reprice(found.quote))
        except QuoteNotRepeatable:
            unrepeatable.append(found.number)
            continue
        differs = (row.total_minor, row.tax_minor) != (row.other_total_minor, row.other_tax_minor)
        if differs:
            orders.append(row)
        numbers = (1, differs, row.total_minor, row.other_total_minor)
        taxes = (row.tax_minor, row.other_tax_minor)
        known = sums.get(row.currency, [0] * 6)
        sums[row.currency] = [a + b for a, b in zip(known, (*numbers, *taxes), strict=True)]
    return WhatIfReport(
        orders=tuple(orders),
        totals=tuple(total(currency, *found) for currency, found in sorted(sums.items())),
        unrepeatable=tuple(unrepeatable),
        complete=complete,
    )


def other_rules(query: WhatIf) -> Callable[[Quote], Quote]:
    """Returns what prices an order by the rules of a question."""
    change = Change(
        rates=dict(query.rates),
        rounding=query.rounding,
        off_millionths=query.off_millionths,
        without=frozenset(query.without),
    )
    promotions = Redeciding(query.promotions)
    return lambda stored: pricing.quote(
        asked(stored, replace(change, given=promotions.given(stored)))
    )


def difference(found: Sold, other: Quote) -> WhatIfOrder:
    return WhatIfOrder(
        order_id=found.order_id,
        number=found.number,
        currency=found.quote.currency,
        total_minor=found.quote.total_minor,
        other_total_minor=other.total_minor,
        tax_minor=found.quote.tax_minor,
        other_tax_minor=other.tax_minor,
    )


def total(
    currency: str,
    orders: int,
    differing: int,
    total_minor: int,
    other_total_minor: int,
    tax_minor: int,
    other_tax_minor: int,
) -> WhatIfTotal:
    return WhatIfTotal(
        currency=currency,
        orders=orders,
        differing=differing,
        total_minor=total_minor,
        other_total_minor=other_total_minor,
        tax_minor=tax_minor,
        other_tax_minor=other_tax_minor,
    )
