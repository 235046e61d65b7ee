"""Spreading an amount over several payments, each within its own limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from modules.payments.contracts import AmountRefused


@dataclass(frozen=True, slots=True)
class Available:
    """How much one payment can give or take, in minor units."""

    payment_id: UUID
    limit_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    payment_id: UUID
    amount_minor: int


def share(
    amount_minor: int,
    available: Sequence[Available],
    what: str,
    *,
    at_most: int | None = None,
) -> list[Part]:
    """Fills payments in the order given until the amount is reached.

    Raises:
        AmountRefused: not above zero, or more than all limits (and `at_most`) together.
    """
    limit = sum(max(each.limit_minor, 0) for each in available)
    if at_most is not None:
        limit = min(limit, max(at_most, 0))
    if not 0 < amount_minor <= limit:
        raise AmountRefused(
            f"At most {limit} minor units {what}." if limit else f"Nothing {what}.",
            amount_minor=amount_minor,
            limit_minor=limit,
        )
    parts, left = [], amount_minor
    for each in available:
        taken = min(left, each.limit_minor)
        if taken > 0:
            parts.append(Part(each.payment_id, taken))
            left -= taken
    return parts
