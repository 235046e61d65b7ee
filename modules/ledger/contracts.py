"""The books: every movement of money as a balanced entry, and what providers say of it.

An **entry** is what one event did; its **legs** (debit positive, credit negative) sum to zero in
each currency. An **account** collects legs. The **trial balance** lists all accounts as of a time:
by `recorded` time (what the shop knew then) or by `effective` time (what was true then). A
**settlement** is a statement of a provider about its own side; where it and the books differ, a
**case** is open until they agree or somebody says why they need not.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from modules.kernel.money import exponent
from modules.ledger.errors import AccountUnknown as AccountUnknown
from modules.ledger.errors import BookingUnsound as BookingUnsound
from modules.ledger.errors import CaseClosed as CaseClosed
from modules.ledger.errors import CaseNotFound as CaseNotFound
from modules.ledger.errors import CursorUnknown as CursorUnknown
from modules.ledger.errors import EntryUnbalanced as EntryUnbalanced
from modules.ledger.errors import NothingToCorrect as NothingToCorrect
from modules.ledger.errors import QuoteNotRepeatable as QuoteNotRepeatable
from modules.ledger.errors import ReasonMissing as ReasonMissing
from modules.ledger.errors import ReconciliationRuns as ReconciliationRuns
from modules.ledger.errors import SettlementFileRefused as SettlementFileRefused
from modules.ledger.what_if import WhatIf as WhatIf
from modules.ledger.what_if import WhatIfOrder as WhatIfOrder
from modules.ledger.what_if import WhatIfReport as WhatIfReport
from modules.ledger.what_if import WhatIfTotal as WhatIfTotal
from modules.ledger.what_if import named_promotion as named_promotion

type AccountType = Literal["asset", "liability", "income", "expense"]
type EntryKind = Literal[
    "sale",
    "capture",
    "refund",
    "document",
    "fee",
    "payout",
    "dispute",
    "gift-card",
    "rounding",
    "correction",
]
type By = Literal["recorded", "effective"]
type JournalFormat = Literal["csv", "ledger"]

# How the journal is handed out: what each format is called, and what type its file has.
JOURNAL_FORMATS: dict[JournalFormat, tuple[str, str]] = {
    "csv": ("CSV", "text/csv; charset=utf-8"),
    "ledger": ("ledger-cli", "text/plain; charset=utf-8"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the chart; `number` is for accountants, `name` for everything else."""

    name: str
    number: int
    title: str
    type: AccountType
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account holds; exactly, in units of the currency (pounds, not pence).

    `debit` and `credit` are the sums of both sides, `amount` = debit - credit.
    """

    account: Account
    currency: str
    debit: Decimal
    credit: Decimal
    amount: Decimal
    legs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyTotal:
    """All accounts of a currency: `debit` = `credit` when the books balance.

    `result` is income less expenses, `customers_owe` and `customers_prepaid` are the two sides of
    the receivable account, order by order.
    """

    currency: str
    debit: Decimal
    credit: Decimal
    result: Decimal
    customers_owe: Decimal
    customers_prepaid: Decimal

    @property
    def balanced(self) -> bool:
        return self.debit == self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """All accounts as of a time; `position` is how far of the log the books are."""

    at: datetime | None
    by: By
    position: int
    balances: tuple[Balance, ...]
    totals: tuple[CurrencyTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One account's part of an entry; `amount` in units of the currency, debit positive."""

    account: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """An entry with the event that it comes from: its id, position, stream and version."""

    position: int
    event_id: UUID
    stream_id: UUID
    version: int
    topic: str
    kind: EntryKind
    memo: str
    order_id: UUID | None
    number: str
    recorded_at: datetime
    effective_at: datetime
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One leg of an account, with what the account held after it (`balance`)."""

    position: int
    event_id: UUID
    stream_id: UUID
    version: int
    kind: EntryKind
    memo: str
    order_id: UUID | None
    number: str
    recorded_at: datetime
    effective_at: datetime
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's legs in order; `next_cursor` is empty at the end."""

    account: Account
    currency: str
    opening: Decimal
    closing: Decimal
    rows: tuple[StatementRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """Which legs of an account: `since` <= time < `until`; `cursor` ends the page before."""

    account: str
    currency: str
    since: datetime | None = None
    until: datetime | None = None
    by: By = "recorded"
    cursor: str = ""
    limit: int = 100


type CaseKind = Literal[
    "missing-here", "missing-there", "amount-differs", "duplicate", "contradicts"
]

# What each kind of case means, in words for the page and for the command line.
CASE_KINDS: dict[CaseKind, str] = {
    "missing-here": "The provider has it, the books have not",
    "missing-there": "The books have it, the provider has not",
    "amount-differs": "Both have it, with different amounts",
    "duplicate": "The provider has it twice",
    "contradicts": "The provider said something else before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """What is wrong with a line of a file; line 1 holds the headings."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementFile:
    """A provider's file as it was uploaded."""

    provider: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    """Closes a case that need not be looked at any more, and says why."""

    case_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A difference between the books and a provider; `evidence` is what each side says."""

    id: UUID
    provider: str
    kind: CaseKind
    status: Literal["open", "agreed", "closed"]
    amount_minor: int
    currency: str
    evidence: dict[str, str]
    order_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What one pass came to. `heard` were told to the payments, which had not known them."""

    id: UUID
    provider: str
    source: str
    started_at: datetime
    records: int
    repeated: int
    matched: int
    heard: int
    booked: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """An order whose quote is wrong: what it says, what it should say, in minor units.

    `reasons` are sentences of the derivation that do not follow; none where the steps themselves
    are the mistake. `corrected` says that the books were put right.
    """

    order_id: UUID
    number: str
    currency: str
    total_minor: int
    right_total_minor: int
    tax_minor: int
    right_tax_minor: int
    reasons: tuple[str, ...]
    corrected: bool
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyReport:
    """The wrong ones of `looked_at` orders; not `complete` where there are more orders."""

    found: tuple[Discrepancy, ...]
    looked_at: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectOrder:
    """Puts the books of one order right by an entry of its own; `reason` is kept for ever."""

    order_id: UUID
    reason: str


def plain(amount: Decimal, currency: str) -> str:
    """Writes an amount with the decimals of its currency, and any further digit that it has.

    Raises:
        MoneyError: the currency is unknown.
    """
    places = exponent(currency)
    whole, _, rest = f"{amount:f}".partition(".")
    rest = rest[:places].ljust(places, "0") + rest[places:].rstrip("0")
    return f"{whole}.{rest}" if rest else whole
