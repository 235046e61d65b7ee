"""Whatever happens to orders and payments, the books balance after every single event.

Random orders live through every event the ledger knows, interleaved; COUNTERFOIL_LEDGER_EVENTS says
how many there are. No database: the rule that books is pure.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from uuid import UUID

from modules.kernel.identity import derived_id
from modules.kernel.money import allocate
from modules.ledger.domain import facts
from modules.ledger.domain.book import Book
from modules.ledger.domain.posting import post

EVENTS = int(os.environ.get("COUNTERFOIL_LEDGER_EVENTS", "2000"))
CURRENCIES = ("EUR", "JPY", "BHD", "GBP")
RATES = {"": 0, "FR-standard": 200_000, "FR-reduced": 55_000, "DE-standard": 190_000}

type Told = tuple[facts.Fact, UUID, UUID | None]


class Trader:
    """One order: tells its events one by one until there is nothing more to tell."""

    def __init__(self, dice: Random, number: int) -> None:
        self.dice = dice
        self.order_id = derived_id("test.order", number)
        self.payment_id = derived_id("test.payment", number)
        self.currency = dice.choice(CURRENCIES)
        self.book = Book()
        self.captured = self.refunded = self.sent = 0

    def told(self) -> Iterator[Told]:
        quote = self.quote()
        yield facts.Placed("N", quote), self.order_id, self.order_id
        provider = self.dice.choice(("testbank", "invoice", "stripe"))
        request = facts.Requested(self.order_id, self.currency, provider)
        yield request, self.payment_id, self.order_id
        if self.dice.random() < 0.3:
            yield from self.take(quote.total_minor)
        yield from self.goods(quote)
        yield from self.take(quote.total_minor - self.captured)
        while self.refunded < self.captured and self.dice.random() < 0.5:
            yield from self.give_back(self.dice.randint(1, self.captured - self.refunded))

    def goods(self, quote: facts.QuoteFact) -> Iterator[Told]:
        for line in quote.lines:
            units = zip(
                allocate(line.total_minor, [1] * line.quantity),
                allocate(line.tax_minor, [1] * line.quantity),
                strict=True,
            )
            for value, tax in units:
                unit = facts.UnitsFact(line.sku, 1, value, tax)
                if self.dice.random() < 0.2:
                    yield facts.Cancelled((unit,), value), self.order_id, self.order_id
                    continue
                if not self.sent and quote.delivery:
                    self.sent += quote.delivery.total_minor
                self.sent += value
                parcel = facts.Shipped(self.payment_id, (unit,))
                yield parcel, self.order_id, self.order_id
                if self.dice.random() < 0.3:
                    yield facts.Returned((unit,)), self.order_id, self.order_id
                if self.refunded < self.captured and self.dice.random() < 0.1:
                    yield from self.give_back(1)

    def take(self, amount: int) -> Iterator[Told]:
        if amount > 0:
            self.captured += amount
            fact = facts.Captured(self.order_id, self.currency, amount, self.payment_id)
            yield fact, self.payment_id, self.order_id

    def give_back(self, amount: int) -> Iterator[Told]:
        self.refunded += amount
        fact = facts.Refunded(self.order_id, self.currency, amount, self.payment_id)
        yield fact, self.payment_id, self.order_id

    def quote(self) -> facts.QuoteFact:
        included = self.dice.random() < 0.7
        lines = tuple(self.part(f"S{n}", included) for n in range(self.dice.randint(1, 3)))
        delivery = self.part("", included) if self.dice.random() < 0.7 else None
        parts = (*lines, delivery) if delivery else lines
        total = sum(part.total_minor for part in parts)
        return facts.QuoteFact(self.currency, included, total, lines, delivery)

    def part(self, sku: str, included: bool) -> facts.QuotedPart:
        code = self.dice.choice(list(RATES))
        listed, rate = self.dice.randint(0, 100_000), RATES[code]
        discount = self.dice.choice((0, 0, self.dice.randint(0, listed)))
        taxable = listed - discount
        tax = taxable * rate // ((1_000_000 + rate) if included else 1_000_000)
        net = taxable - tax if included else taxable
        return facts.QuotedPart(
            discount, net, tax, net + tax, code, rate, sku, self.dice.randint(1, 4)
        )


def test_the_books_balance_after_every_event() -> None:
    dice = Random(7)
    sums: dict[str, int] = defaultdict(int)
    receivable: dict[UUID, int] = defaultdict(int)
    traders: dict[UUID, tuple[Trader, Iterator[Told]]] = {}
    done = number = 0
    while done < EVENTS:
        if len(traders) < 20:
            number += 1
            trader = Trader(dice, number)
            traders[trader.order_id] = trader, trader.told()
        trader, story = traders[dice.choice(list(traders))]
        told = next(story, None)
        if told is None:
            del traders[trader.order_id]
            continue
        fact, stream_id, order_id = told
        entry = post(trader.book, fact, stream_id, order_id)
        done += 1
        for leg in entry.legs if entry else ():
            sums[leg.currency] += leg.millionths
            if leg.account == "receivable":
                receivable[trader.order_id] += leg.millionths
        assert not any(sums.values())
        owed = trader.sent - trader.captured + trader.book.paid_back
        assert receivable[trader.order_id] == owed * 1_000_000
        assert trader.book.paid_back <= trader.refunded
    assert number > EVENTS // 100


def test_a_document_is_booked_to_the_tenth_of_a_penny() -> None:
    line = facts.DocumentLine(1, Decimal("0.001"), "price finer than a penny: kept exactly")
    entry = post(Book(), facts.Document("536013", "GBP", (line,)), UUID(int=1), None)
    assert entry is not None
    assert {leg.account: leg.millionths for leg in entry.legs} == {
        "documents": 100_000,
        "revenue": -100_000,
    }
    assert {leg.account: leg.split for leg in entry.legs}["revenue"] == (-1, 900_000)
