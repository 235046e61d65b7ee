"""Gathers what a year of invoice lines says about each stock code, and judges code and line."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple

from config.importing import rules
from config.importing.reading import Line, UnreadableLine

type Outcome = Literal["imported", "adjusted", "rejected"]


class Judgement(NamedTuple):
    """What becomes of a line or a code, and why; plain imports need no reason."""

    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A stock code as a product: price in pence, opening stock in units."""

    code: str
    description: str
    price_minor: int
    opening_stock: int


class _Sightings[V: (int, str)]:
    """How often each value was seen, and when last."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[V, tuple[int, datetime]] = {}

    def note(self, value: V, at: datetime) -> None:
        count, last = self.seen.get(value, (0, at))
        self.seen[value] = (count + 1, max(last, at))

    def commonest(self) -> V:
        """Returns the value seen most often; of equals the one seen last, then the greater."""
        return max(self.seen, key=lambda value: (*self.seen[value], value))


@dataclass(slots=True)
class _Code:
    spellings: set[str] = field(default_factory=set)
    prices: _Sightings[int] = field(default_factory=_Sightings)
    descriptions: _Sightings[str] = field(default_factory=_Sightings)
    units_out: int = 0


class Gathering:
    """First `take` every line; then `goods`, `code_judgement` and `line_judgement` answer."""

    def __init__(self) -> None:
        self.codes: dict[str, _Code] = {}

    def take(self, line: Line | UnreadableLine) -> None:
        code = rules.merged_code(line.code)
        known = self.codes.get(code)
        if known is None:
            known = self.codes[code] = _Code()
        known.spellings.add(line.code)
        if isinstance(line, UnreadableLine):
            return
        judgement = own_judgement(line)
        if judgement.outcome == "rejected" or judgement.reason == rules.RETURNED:
            return
        known.units_out += abs(line.quantity)
        if judgement.outcome == "imported":
            known.prices.note(pence(line.price), line.invoiced_at)
            if not rules.is_note(line.description):
                known.descriptions.note(line.description, line.invoiced_at)

    def goods(self) -> list[Goods]:
        """Returns every code that is goods, by code."""
        return [
            Goods(
                code=code,
                description=known.descriptions.commonest(),
                price_minor=known.prices.commonest(),
                opening_stock=known.units_out,
            )
            for code, known in sorted(self.codes.items())
            if not self._refusal(code)
        ]

    def code_judgements(self) -> dict[str, Judgement]:
        """Returns what became of every spelling of every code in the file."""
        judged = {}
        for code, known in sorted(self.codes.items()):
            refusal = self._refusal(code)
            for spelling in sorted(known.spellings):
                if refusal is not None:
                    judged[spelling] = Judgement("rejected", refusal)
                elif spelling != code:
                    judged[spelling] = Judgement("adjusted", f"{rules.RESPELLED} into {code}")
                else:
                    judged[spelling] = Judgement("imported")
        return judged

    def line_judgement(self, line: Line | UnreadableLine) -> Judgement:
        """Returns what became of a line; each line has exactly one outcome."""
        if isinstance(line, UnreadableLine):
            return Judgement("rejected", line.reason)
        judgement = own_judgement(line)
        if judgement.outcome == "rejected":
            return judgement
        code = rules.merged_code(line.code)
        if refusal := self._refusal(code):
            return Judgement("rejected", refusal)
        if judgement.outcome == "imported" and line.code != code:
            return Judgement("adjusted", rules.RESPELLED)
        return judgement

    def _refusal(self, code: str) -> str | None:
        known = self.codes[code]
        if why := rules.no_goods(code):
            return why
        if not code:
            return "the line names no code"
        if not known.prices.seen:
            return rules.NEVER_PRICED
        return None if known.descriptions.seen else rules.NEVER_DESCRIBED


def own_judgement(line: Line) -> Judgement:
    """Returns what a line says by itself, whatever becomes of its code."""
    if is_below_a_penny(line.price):
        return Judgement("rejected", rules.BELOW_A_PENNY)
    if line.invoice.startswith("C"):
        return Judgement("adjusted", rules.RETURNED)
    if line.quantity <= 0:
        return Judgement("adjusted", rules.CORRECTED)
    if line.price <= 0:
        return Judgement("adjusted", rules.UNPRICED)
    return Judgement("imported")


@cache
def pence(price: Decimal) -> int:
    return int(price.scaleb(2))


@cache
def is_below_a_penny(price: Decimal) -> bool:
    return price != round(price, 2)
