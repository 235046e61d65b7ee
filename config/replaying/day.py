"""A day of somebody's trade: its invoices in the order of the file, and what came before."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from config.importing import rules
from config.importing.gathering import is_below_a_penny, pence
from config.importing.reading import Line, UnreadableLine, read_lines

FREE = "free of charge: nothing to collect"
CORRECTION = "stock correction written as a sale"
NOT_A_RETURN = "a cancellation that returns nothing"
BAD_DEBT = "a debt written off: the ledger does that"


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of the day; `C` before its number means that goods came back."""

    number: str
    customer: str
    country: str
    lines: tuple[Line, ...]

    @property
    def is_return(self) -> bool:
        return self.number.startswith("C")

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal())


@dataclass(slots=True)
class Day:
    """The invoices of one date; `earlier` finds a customer's sales of a code before an invoice."""

    invoices: list[Invoice] = field(default_factory=list)
    earlier: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    unreadable: int = 0

    @property
    def amount(self) -> Decimal:
        return sum((invoice.amount for invoice in self.invoices), Decimal())

    @property
    def line_count(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)


def read_day(path: Path, wanted: date) -> Day:
    """Returns the invoices that begin on a date.

    `earlier[customer, code]` lists the invoices that sold the code to the customer up to and on
    that day, in the order of the file.

    Raises:
        FileRefused: the file cannot be read as invoice lines.
    """
    day = Day()
    lines: dict[str, list[Line]] = {}
    sold: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for line in readable(path, day):
        if line.invoiced_at.date() > wanted:
            continue
        if line.invoiced_at.date() == wanted:
            lines.setdefault(line.invoice, []).append(line)
        if line.customer and line.quantity > 0 and not line.invoice.startswith("C"):
            sold[line.customer, rules.merged_code(line.code)][line.invoice] = None
    day.invoices = [
        Invoice(number, found[0].customer, found[0].country, tuple(found))
        for number, found in lines.items()
    ]
    day.earlier = {key: list(numbers) for key, numbers in sold.items()}
    return day


def readable(path: Path, day: Day) -> Iterator[Line]:
    for line in read_lines(path):
        if isinstance(line, UnreadableLine):
            day.unreadable += 1
        else:
            yield line


def refusal(invoice: Invoice, line: Line) -> str:
    """Returns why a line is no sale and no return of goods; empty when it is one."""
    if why := rules.no_goods(rules.merged_code(line.code)):
        return why
    if is_below_a_penny(line.price):
        return rules.BELOW_A_PENNY
    if line.price < 0:
        return BAD_DEBT
    if line.price == 0:
        return FREE
    if invoice.is_return:
        return "" if line.quantity < 0 else NOT_A_RETURN
    return "" if line.quantity > 0 else CORRECTION


def price_minor(line: Line) -> int:
    """Returns the line's unit price in pence."""
    return pence(line.price)
