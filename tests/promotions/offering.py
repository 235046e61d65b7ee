"""Promotions, said in few words."""

from datetime import UTC, datetime
from typing import Any

from modules.kernel.money import Money
from modules.promotions.commands import issue_vouchers, save_promotion
from modules.promotions.contracts import (
    Conditions,
    Decision,
    IssueVouchers,
    Offered,
    Piece,
    Rule,
    SavePromotion,
    Shopper,
    Situation,
)
from modules.promotions.selectors import decide

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERCENT = 10_000
WHEN = frozenset(Conditions.__dataclass_fields__)


def euro(minor: int) -> tuple[Money, ...]:
    return (Money(minor, "EUR"),)


def rule(kind: str = "percentage", label: str = "Spring", **fields: Any) -> Rule:
    """A rule; what is a condition is put among the conditions. `off=10` is 10 %."""
    when = {name: fields.pop(name) for name in list(fields) if name in WHEN}
    if "off" in fields:
        fields["rate_millionths"] = fields.pop("off") * PERCENT
    return Rule(label=label, kind=kind, conditions=Conditions(**when), **fields)  # type: ignore[arg-type]


def offered(what: Rule, code: str = "spring", voucher: str = "") -> Offered:
    return Offered(code=code, version=1, rule=what, voucher=voucher)


def piece(unit_minor: int, quantity: int = 1, sku: str = "A", category: str = "prints") -> Piece:
    return Piece(sku=sku, quantity=quantity, unit_minor=unit_minor, category=category)


def decided(
    *pieces: Piece, offers: list[Offered], shopper: Shopper | None = None, **fields: Any
) -> Decision:
    asked: dict[str, Any] = {"currency": "EUR", "country": "FR", "at": AT, **fields}
    return decide(
        Situation(pieces=pieces, shopper=shopper or Shopper(), offers=tuple(offers), **asked)
    )


def reasons(decision: Decision) -> list[str]:
    return [verdict.reason for verdict in decision.verdicts]


def promote(code: str = "spring", **fields: Any) -> int:
    """Saves a promotion that runs from now on."""
    return save_promotion(SavePromotion(code=code, rule=rule(**fields)))


def voucher(code: str = "SPRING10", promotion: str = "spring", **fields: Any) -> str:
    """Makes a voucher of 10 % off, with the limits of `IssueVouchers`."""
    promote(promotion, off=10, target="order", needs_voucher=True)
    return issue_vouchers(IssueVouchers(promotion=promotion, code=code, **fields))[0]
