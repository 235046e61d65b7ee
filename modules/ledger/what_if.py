"""Stored quotes asked again by other rules: which rules, and what would have come out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Other rules than those of the time, for orders placed `since` <= time < `until`.

    `rates`: tax codes with another rate in millionths; `rounding`: another policy; so many
    millionths off all goods; promotions of these codes not given; `promotions` (code and version,
    None for the newest) given as they stand there, whatever the orders had of them.
    """

    since: datetime | None = None
    until: datetime | None = None
    rates: tuple[tuple[str, int], ...] = ()
    rounding: Literal["", "per-line", "per-total"] = ""
    off_millionths: int = 0
    without: tuple[str, ...] = ()
    promotions: tuple[tuple[str, int | None], ...] = ()
    limit: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfOrder:
    """An order that would have come out otherwise; minor units."""

    order_id: UUID
    number: str
    currency: str
    total_minor: int
    other_total_minor: int
    tax_minor: int
    other_tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfTotal:
    """All orders of a currency together, those without a difference included."""

    currency: str
    orders: int
    differing: int
    total_minor: int
    other_total_minor: int
    tax_minor: int
    other_tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfReport:
    """`orders` are those that differ, `unrepeatable` the numbers of those that cannot be asked.

    `complete` is False when there were more orders than the limit.
    """

    orders: tuple[WhatIfOrder, ...]
    totals: tuple[WhatIfTotal, ...]
    unrepeatable: tuple[str, ...]
    complete: bool


def named_promotion(text: str) -> tuple[str, int | None]:
    """Reads `spring` or `spring@3`, a version of it. Raises: ValueError: neither, in words."""
    code, separator, version = text.strip().partition("@")
    if not code or (separator and not (version.isascii() and version.isdigit())):
        raise ValueError(f"“{text.strip()}” is no promotion: write it like spring, or spring@3.")
    return code, int(version[:9]) if separator else None
