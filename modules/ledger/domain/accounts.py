"""The chart of accounts: what each is called, and on which side of the books it stands.

An account is named by a word, or by a word and a detail: `clearing:testbank`, one for each
provider, and `tax:FR-standard:20`, one for each rate that a tax rule ever had.
"""

from decimal import Decimal

from modules.ledger.contracts import Account, AccountType, AccountUnknown

RECEIVABLE, BANK, DOCUMENTS = "receivable", "bank", "documents"
CLEARING, TAX = "clearing", "tax"
REVENUE, SHIPPING, DISCOUNTS, REFUNDS = "revenue", "shipping", "discounts", "refunds"
GIFT_CARDS, DISPUTES = "gift-cards", "disputes"
FEES, ROUNDING, BAD_DEBTS, SUNDRY = "fees", "rounding", "bad-debts", "sundry"

_CHART: dict[str, tuple[int, str, AccountType, str]] = {
    BANK: (1000, "Bank", "asset", "Money in the shop's own bank account"),
    RECEIVABLE: (
        1200,
        "Customers",
        "asset",
        "What customers owe; a credit of an order is what was paid before it was sent",
    ),
    DOCUMENTS: (1210, "Documents", "asset", "Documents of other books, settled there"),
    CLEARING: (1300, "Clearing", "asset", "Captured by a provider and not yet paid out"),
    DISPUTES: (1400, "Disputes", "asset", "Taken back by a provider while it is argued about"),
    TAX: (2200, "Tax", "liability", "Tax in what was sold, owed to the state"),
    GIFT_CARDS: (2500, "Gift cards", "liability", "Sold or given and not yet spent"),
    REVENUE: (4000, "Revenue", "income", "Goods sent, without tax and before discounts"),
    SHIPPING: (4100, "Delivery", "income", "Delivery charges, without tax and before discounts"),
    SUNDRY: (4200, "Sundry", "income", "Booked by hand in other books"),
    DISCOUNTS: (4800, "Discounts", "income", "Taken off revenue and delivery"),
    REFUNDS: (4900, "Refunds", "income", "Given back of what was sold, without tax"),
    FEES: (6000, "Fees", "expense", "What providers keep for themselves"),
    BAD_DEBTS: (6100, "Bad debts", "expense", "Written off"),
    ROUNDING: (6900, "Rounding", "expense", "Differences of less than an amount can show"),
}
DETAILED = frozenset({CLEARING, TAX})

# Money that one of these providers takes is not theirs to clear: an invoice is paid into the
# shop's own bank account, and a gift card was paid for when it was sold.
SETTLED_AT_ONCE = {"invoice": BANK, "giftcard": GIFT_CARDS}


def account(name: str) -> Account:
    """Returns what is known of an account.

    Raises:
        AccountUnknown: the chart has none of this name.
    """
    word, _, detail = name.partition(":")
    if word not in _CHART or bool(detail) != (word in DETAILED):
        raise AccountUnknown(
            f"The chart of accounts has no {name!r}. It has {', '.join(known())}.", account=name
        )
    number, title, kind, meaning = _CHART[word]
    return Account(
        name=name,
        number=number,
        title=f"{title} {detail}" if detail else title,
        type=kind,
        meaning=meaning,
    )


def known() -> tuple[str, ...]:
    """Returns the names of the chart, in its order; `:...` stands for a detail."""
    return tuple(f"{word}:..." if word in DETAILED else word for word in _CHART)


def settlement(provider: str) -> str:
    """Returns the account into which a provider's captured money goes."""
    return SETTLED_AT_ONCE.get(provider) or f"{CLEARING}:{provider or 'unknown'}"


def tax(rate: str) -> str:
    """Returns the tax account of a rate, as `rate_name` names it."""
    return f"{TAX}:{rate or 'unknown'}"


def rate_name(code: str, rate_millionths: int) -> str:
    """Returns how a rate is called: a rule's code and its percentage at that time."""
    percent = Decimal(rate_millionths).scaleb(-4).normalize()
    return f"{code}:{percent:f}" if code else ""
