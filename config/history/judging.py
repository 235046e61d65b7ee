"""What a line of the books is: a sale, a return, an adjustment, or nothing that can be booked.

Judged by shape alone (signs, letters, fineness), so that another year of other invoices is judged
as well. docs/guides/importing.md gives the same rules to people.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from config.importing import rules
from config.importing.gathering import is_below_a_penny
from config.importing.reading import Line, UnreadableLine

type Kind = Literal["sale", "return", "adjustment", "rejected"]

LONDON = ZoneInfo("Europe/London")
# Numbers of invoices: they become numbers of orders, which have an end and are searched for.
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 ./_-]{0,15}")
# Characters: what an event holds has an end.
_CODE_LENGTH, _TEXT_LENGTH = 50, 200
_YEARS = range(1970, 2101)
LARGEST_PRICE = 1_000_000
LARGEST_QUANTITY = 1_000_000
# What an adjustment can keep: millionths of a penny.
DECIMALS = 8

NO_SALE = "free of charge: nothing was paid"
WRITTEN_OFF = "stock correction: units without money"
NEGATIVE_SALE = "negative quantity on an invoice that is no cancellation"
NOTHING = "quantity of zero"
BELOW_ZERO = "price below zero: a debt written off"
NO_RETURN = "a cancellation that returns nothing"
BOOKKEEPING = "invoice begins with another letter: book-keeping"
FINE_PRICE = "price finer than a penny: kept exactly"
TOO_FINE = "price finer than a millionth of a penny"
TOO_LARGE = "quantity or price larger than a shop's"
BAD_NUMBER = "InvoiceNo is no number that an order can have"
TOO_LONG = "StockCode, Description, CustomerID or Country is too long"
BAD_TIME = "InvoiceDate lies outside 1970 to 2100"


class Ruling(NamedTuple):
    kind: Kind
    reason: str = ""


SALE, RETURN = Ruling("sale"), Ruling("return")


def ruling(line: Line | UnreadableLine) -> Ruling:
    """Returns what a line is by itself; a return still has to find its sale."""
    if isinstance(line, UnreadableLine):
        return Ruling("rejected", line.reason)
    if why := refusal(line):
        return Ruling("rejected", why)
    if why := no_trade(line):
        return Ruling("adjustment", why)
    return RETURN if is_cancellation(line.invoice) else SALE


def refusal(line: Line) -> str:
    """Returns why a line cannot be booked at all; empty when it can."""
    if not is_number(line.invoice):
        return BAD_NUMBER
    if len(line.code) > _CODE_LENGTH or len(line.description) > _TEXT_LENGTH:
        return TOO_LONG
    if len(line.customer) > _CODE_LENGTH or len(line.country) > _CODE_LENGTH:
        return TOO_LONG
    if line.invoiced_at.year not in _YEARS:
        return BAD_TIME
    if abs(line.quantity) > LARGEST_QUANTITY or abs(line.price) > LARGEST_PRICE:
        return TOO_LARGE
    return TOO_FINE if is_too_fine(line.price) else ""


def no_trade(line: Line) -> str:
    """Returns why a line is neither a sale nor a return of goods; empty when it is one."""
    cancels = is_cancellation(line.invoice)
    if why := rules.no_goods(rules.merged_code(line.code)):
        return why
    if not cancels and line.invoice[0].isalpha():
        return BOOKKEEPING
    if is_below_a_penny(line.price):
        return FINE_PRICE
    if line.price < 0:
        return BELOW_ZERO
    if not line.quantity:
        return NOTHING
    if not line.price:
        return NO_SALE if line.quantity > 0 else WRITTEN_OFF
    if cancels:
        return NO_RETURN if line.quantity > 0 else ""
    return NEGATIVE_SALE if line.quantity < 0 else ""


def is_cancellation(invoice: str) -> bool:
    return invoice[:1] in ("C", "c")


@cache
def is_too_fine(price: Decimal) -> bool:
    return price != round(price, DECIMALS)


# Lines of an invoice stand together mostly, so a few are remembered.
@lru_cache(maxsize=1_000)
def is_number(invoice: str) -> bool:
    """Tells whether an order can have this number."""
    return bool(_NUMBER.fullmatch(number_of(invoice)))


@lru_cache(maxsize=1_000)
def number_of(invoice: str) -> str:
    """Returns the one spelling of an invoice's number."""
    return invoice.strip().upper()


@cache
def in_utc(local: datetime) -> datetime:
    """Returns the moment of a shop clock's time; of the hour that comes twice, the first."""
    return local.replace(tzinfo=LONDON).astimezone(UTC)
