"""What an order has to be corrected by, when its quote was wrong: the right books less the others.

Both are booked by the same rule: as if everything that was not cancelled were sent in one parcel.
"""

from uuid import UUID

import msgspec

from modules.ledger.domain import accounts, facts
from modules.ledger.domain.book import Book
from modules.ledger.domain.entries import MILLION
from modules.ledger.domain.posting import post
from modules.pricing.contracts import Quote

NOBODY = UUID(int=0)


def correction(stored: Quote, right: Quote, kept: dict[str, int]) -> dict[str, int]:
    """Returns by how many minor units each account has to change; a debit is positive.

    `kept` is how many units of each SKU were not cancelled. Where the customer paid too much, the
    receivable account owes it to them; where too little, the shop bears it (account `rounding`),
    for nobody is asked for more after they paid.
    """
    before, after = sold(stored, kept), sold(right, kept)
    changes = {
        account: after.get(account, 0) - before.get(account, 0)
        for account in dict.fromkeys((*before, *after))
    }
    unpaid = changes.get(accounts.RECEIVABLE, 0)
    if unpaid > 0:
        changes[accounts.RECEIVABLE] = 0
        changes[accounts.ROUNDING] = unpaid
    return {account: amount for account, amount in changes.items() if amount}


def sold(quote: Quote, kept: dict[str, int]) -> dict[str, int]:
    """Returns what each account holds once these units are sent."""
    fact = msgspec.convert(msgspec.to_builtins(quote), facts.QuoteFact)
    if not any(kept.values()):
        return {}
    book = Book()
    post(book, facts.Placed("", fact), NOBODY, NOBODY)
    units = tuple(units_of(part, kept.get(part.sku, 0)) for part in fact.lines)
    parcel = facts.Shipped(NOBODY, tuple(each for each in units if each.quantity))
    entry = post(book, parcel, NOBODY, NOBODY)
    return {leg.account: leg.millionths // MILLION for leg in entry.legs} if entry else {}


def units_of(part: facts.QuotedPart, units: int) -> facts.UnitsFact:
    """Returns the first units of a line with their shares of its total and of its tax."""
    return facts.UnitsFact(
        part.sku,
        units,
        first(part.total_minor, part.quantity, units),
        first(part.tax_minor, part.quantity, units),
    )


def first(amount: int, quantity: int, units: int) -> int:
    """Returns what the first units get of an amount that is shared among all, as orders do it."""
    each, rest = divmod(amount, quantity)
    return each * units + min(units, rest)
