"""Documents of other books (adjustments): which account each of their lines belongs to.

What such a document asks for was settled in those books, so it stands against `documents`. Its
reasons are those that docs/guides/importing.md lists; one that is not known here is sundry income.
"""

from modules.kernel.money import exponent
from modules.ledger.domain import accounts
from modules.ledger.domain.entries import Entry, Sheet
from modules.ledger.domain.facts import Document, DocumentLine

# By the words of the reason before its colon.
ACCOUNTS = {
    "delivery charge": accounts.SHIPPING,
    "discount": accounts.DISCOUNTS,
    "bad debt": accounts.BAD_DEBTS,
    "price below zero": accounts.BAD_DEBTS,
    "fee or commission": accounts.FEES,
    "gift voucher": accounts.GIFT_CARDS,
    "samples": accounts.SUNDRY,
    "typed in by hand": accounts.SUNDRY,
    "booking or test by hand": accounts.SUNDRY,
    "book-keeping": accounts.SUNDRY,
    "invoice begins with another letter": accounts.BAD_DEBTS,
    "price finer than a penny": accounts.REVENUE,
}


def posted(fact: Document) -> Entry:
    """Books a document with every line at its exact amount."""
    sheet = Sheet(fact.currency)
    for line in fact.entries:
        amount = millionths(line, fact.currency)
        sheet.add(account_of(line, amount), -amount)
        sheet.add(accounts.DOCUMENTS, amount)
    return Entry(
        kind="document", memo=f"Document {fact.number}", legs=sheet.legs, number=fact.number
    )


def account_of(line: DocumentLine, amount: int) -> str:
    known = ACCOUNTS.get(line.reason.partition(":")[0])
    # What is left are goods: without a sale that they belong to, or by an order that refused them.
    return known or (accounts.REFUNDS if amount < 0 else accounts.SUNDRY)


def millionths(line: DocumentLine, currency: str) -> int:
    """Returns quantity times price; recording it refused what is finer than a millionth."""
    return int((line.unit_price * line.quantity).scaleb(exponent(currency) + 6))
