"""What a line of a provider that no entry agrees with means."""

from dataclasses import dataclass
from uuid import UUID

from modules.kernel.money import exponent
from modules.ledger.contracts import CaseKind

# Providers round to what their networks can carry: half of the last digit that they keep. What is
# further apart is no rounding. By the decimals of the currency, in minor units.
TOLERANCES = {0: 0, 2: 1, 3: 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A capture or refund in the books; `matched` when another line agrees with it already."""

    position: int
    amount_minor: int
    currency: str
    number: str
    order_id: UUID | None
    provider: str
    matched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A capture or refund in the provider's books, which none of ours agrees with."""

    settlement_id: UUID
    record: str
    kind: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`rounding_minor` is theirs less ours, to be booked; else `case` says what to look at."""

    case: CaseKind | None = None
    rounding_minor: int = 0


def judged(theirs: Theirs, ours: Ours | None, *, said_otherwise: bool) -> Verdict:
    """Judges a line; `ours` is what it names, `said_otherwise` that its name came before."""
    if said_otherwise:
        return Verdict(case="contradicts")
    if ours is None:
        return Verdict(case="missing-here")
    if ours.matched:
        return Verdict(case="duplicate")
    difference = theirs.amount_minor - ours.amount_minor
    same_currency = theirs.currency == ours.currency
    if same_currency and abs(difference) <= TOLERANCES[exponent(theirs.currency)]:
        return Verdict(rounding_minor=difference)
    return Verdict(case="amount-differs")
