"""What the ledger has to remember of an order to book what happens to it next.

Folded from the events of the order and of its payments, in the order of the log. All amounts are
minor units of `currency`.
"""

from collections.abc import Iterable

import msgspec

from modules.kernel.money import allocate, divide_half_up
from modules.ledger.domain.facts import UnitsFact

WHOLE = 1_000_000


class Share(msgspec.Struct):
    """An amount with the tax in it."""

    gross: int = 0
    tax: int = 0

    def add(self, gross: int, tax: int) -> None:
        self.gross += gross
        self.tax += tax


# By the name of the rate.
type Shares = dict[str, Share]


class Line(msgspec.Struct):
    """A line as it was quoted; `discount_minor` is what was taken off its net amount."""

    sku: str
    quantity: int
    rate: str
    discount_minor: int
    shipped: int = 0
    cancelled: int = 0

    def take_discount(self, units: int) -> int:
        """Returns the discount of the next units to be sent, and counts them as sent.

        The units of a line share its discount as they share its total: the first of them get the
        minor units that cannot be divided.
        """
        before, self.shipped = self.shipped, self.shipped + units
        return self._up_to(self.shipped) - self._up_to(before)

    def _up_to(self, units: int) -> int:
        each, rest = divmod(self.discount_minor, self.quantity)
        return each * units + min(units, rest)


class Delivery(msgspec.Struct):
    rate: str
    net_minor: int
    tax_minor: int
    discount_minor: int
    booked: bool = False


class Book(msgspec.Struct):
    """One order. `due` is what it is worth, `captured` what came in, `paid_back` what of it was
    given back because it was more than the order is worth. `sold` is what was booked as sold and
    not reversed, `returned` what came back and was not refunded yet, `reduced` what was given back
    before anything was sold."""

    number: str = ""
    currency: str = ""
    lines: list[Line] = []
    delivery: Delivery | None = None
    due: int = 0
    captured: int = 0
    paid_back: int = 0
    quoted: Shares = {}
    sold: Shares = {}
    returned: Shares = {}
    reduced: Shares = {}
    providers: dict[str, str] = {}
    references: dict[str, str] = {}
    # How far each stream of the order is folded, so that folding twice changes nothing.
    versions: dict[str, int] = {}

    def line(self, sku: str) -> Line | None:
        return next((each for each in self.lines if each.sku == sku), None)

    def cancel(self, lines: Iterable[UnitsFact], value: int) -> None:
        """Counts units that will never be sent; the order is worth so much less."""
        self.due -= value
        for units in lines:
            line = self.line(units.sku)
            if line:
                line.cancelled += units.quantity

    @property
    def kept(self) -> dict[str, int]:
        """How many units of each SKU were not cancelled."""
        return {line.sku: line.quantity - line.cancelled for line in self.lines}

    def rate_of(self, sku: str) -> str:
        line = self.line(sku)
        return line.rate if line else ""

    def take_refund(self, amount: int) -> tuple[int, Shares]:
        """Splits money given back: what was paid too much, and what reverses sales, with its tax.

        First goes what exceeds the worth of the order, then what came back, then a reduction of
        the price of everything sold, in proportion (Directive 2006/112/EC, article 90).
        """
        surplus = max(min(amount, self.captured - self.paid_back - self.due), 0)
        self.paid_back += surplus
        reversed_: Shares = {}
        left = amount - surplus
        for pool in (self.returned, self.sold, self.quoted):
            if not left:
                break
            taken = min(left, sum(max(share.gross, 0) for share in pool.values()))
            for rate, share in part_of(pool, taken).items():
                reversed_.setdefault(rate, Share()).add(share.gross, share.tax)
                if pool is self.quoted:
                    self.reduced.setdefault(rate, Share()).add(share.gross, share.tax)
                else:
                    pool[rate].add(-share.gross, -share.tax)
                if pool is self.returned and rate in self.sold:
                    self.sold[rate].add(-share.gross, -share.tax)
            left -= taken
        if left:
            reversed_.setdefault("", Share()).add(left, 0)
        return surplus, reversed_


def part_of(pool: Shares, amount: int) -> Shares:
    """Returns `amount` of a pool, spread over its rates by their worth, with the tax in each.

    Taking all of a pool takes all of its tax.
    """
    if not amount:
        return {}
    rates = [rate for rate, share in pool.items() if share.gross > 0]
    parts = allocate(amount, [pool[rate].gross for rate in rates])
    return {
        rate: Share(part, divide_half_up(part * pool[rate].tax, pool[rate].gross))
        for rate, part in zip(rates, parts, strict=True)
        if part
    }


def net_discount(discount: int, rate_millionths: int, *, tax_included: bool) -> int:
    """Returns a discount without the tax that it took off too, rounded half up."""
    if not tax_included:
        return discount
    return divide_half_up(discount * WHOLE, WHOLE + rate_millionths)
