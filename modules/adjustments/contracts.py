"""Adjustments: money and units in the books that no order and no payment explains.

An **adjustment** is one document of somebody's books: a debt written off, a fee, postage, a
discount given by hand, stock found or thrown away, a return of goods that nobody is known to have
bought. It has **entries**, each with its reason. It is recorded once and never changed.

Amounts may be finer than a penny, because documents of other systems are. Each is kept exactly as
`amount_minor` whole minor units and `rest_millionths` of one more: 0 <= rest < 1,000,000, so that
minus a tenth of a penny is -1 and 900,000. docs/decisions/0030 says why.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from events.privacy.marks import Personal
from modules.kernel.errors import Conflict, NotFound
from modules.kernel.money import exponent

MILLION = 1_000_000

# The law asks for the books as long as for invoices (`settings.PERSONAL_PERIODS`).
BOOKS = "invoice"


class AdjustmentUnsound(Conflict):
    """Without entries, or an amount finer than a millionth of a minor unit. Field: `number`."""

    code = "adjustment-unsound"


class AdjustmentNotFound(NotFound):
    """There is no such adjustment. Field: `adjustment_id`."""

    code = "adjustment-not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the document; `quantity` and `unit_price` as it has them, `reason` in words.

    Somebody typed the description, so it is sealed; the reason is the shop's own ruling.
    """

    code: str
    description: Annotated[str, Personal(BOOKS)]
    quantity: int
    unit_price: Decimal
    reason: str

    @property
    def amount(self) -> Decimal:
        """Quantity times price, exactly, in units of the currency (pounds, not pence)."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAdjustment:
    """Records a document with all its entries; `party` is whose it is, if anybody's.

    `subject` is the id under which the party is known, so that one erasure finds all of theirs.
    """

    adjustment_id: UUID
    number: str
    party: str
    currency: str
    entries: tuple[Entry, ...]
    subject: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentSummary:
    """A row of a list; the amount is `amount_minor` and `rest_millionths` together."""

    id: UUID
    number: str
    party: str
    currency: str
    amount_minor: int
    rest_millionths: int
    entries: int
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentTotals:
    """All adjustments of a currency; `amount` exactly, in units of the currency."""

    documents: int
    entries: int
    amount: Decimal


def split(amount: Decimal, currency: str) -> tuple[int, int]:
    """Returns an amount as whole minor units and millionths of one.

    Raises:
        ValueError: it is finer than that.
        MoneyError: the currency is unknown.
    """
    millionths = amount.scaleb(exponent(currency) + 6)
    whole = int(millionths)
    if whole != millionths:
        raise ValueError(f"{amount} {currency} is finer than a millionth of a minor unit")
    return divmod(whole, MILLION)


def joined(amount_minor: int, rest_millionths: int, currency: str) -> Decimal:
    """Returns the exact amount of the two parts, in units of the currency."""
    return Decimal(amount_minor * MILLION + rest_millionths).scaleb(-6 - exponent(currency))
