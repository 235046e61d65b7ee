"""An entry while it is made: legs that sum to zero in every currency, or none at all.

Amounts are whole millionths of a minor unit, debit positive and credit negative, because imported
documents hold amounts finer than a penny (decision 0032) and integers add up exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from modules.ledger.contracts import EntryKind, EntryUnbalanced

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Leg:
    """One account's part of an entry; `millionths` of a minor unit, a debit is positive."""

    account: str
    currency: str
    millionths: int

    @property
    def split(self) -> tuple[int, int]:
        """Whole minor units and the rest in millionths, as they are stored (decision 0032)."""
        return divmod(self.millionths, MILLION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one event did to the books. `legs` are balanced.

    `amount_minor` of `currency` is what a provider captured or refunded, None of anything else.
    """

    kind: EntryKind
    memo: str
    legs: tuple[Leg, ...]
    order_id: UUID | None = None
    number: str = ""
    payment_id: UUID | None = None
    operation_id: UUID | None = None
    provider: str = ""
    provider_reference: str = ""
    amount_minor: int | None = None
    currency: str = ""


class Sheet:
    """Collects debits and credits of one currency, in minor units."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._sums: dict[str, int] = {}

    def debit(self, account: str, amount_minor: int) -> None:
        self.add(account, amount_minor * MILLION)

    def credit(self, account: str, amount_minor: int) -> None:
        self.add(account, -amount_minor * MILLION)

    def add(self, account: str, millionths: int) -> None:
        self._sums[account] = self._sums.get(account, 0) + millionths

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The legs that are not zero, debits first, each in the order in which it was begun."""
        found = [Leg(name, self.currency, amount) for name, amount in self._sums.items() if amount]
        return tuple(sorted(found, key=lambda leg: leg.millionths < 0))


def require_balance(legs: Iterable[Leg]) -> None:
    """Answers nothing where debits and credits of every currency cancel out.

    Raises:
        EntryUnbalanced: they do not; `currency` and `millionths` tell by how much.
    """
    sums: dict[str, int] = {}
    for leg in legs:
        sums[leg.currency] = sums.get(leg.currency, 0) + leg.millionths
    for currency, left in sums.items():
        if left:
            raise EntryUnbalanced(
                f"The debits and credits in {currency} differ by {left} millionths of a minor"
                " unit: an entry has to balance.",
                currency=currency,
                millionths=left,
            )
