"""Reads the books back: what each account holds, in whole minor units."""

from decimal import Decimal

from events import follower
from modules.ledger.selectors import trial_balance

CENT = Decimal("0.01")


def booked() -> dict[str, int]:
    """Brings the journal up to date; returns accounts that hold something, in cents."""
    follower.catch_up("ledger.journal")
    found = trial_balance()
    assert all(total.balanced for total in found.totals)
    return {each.account.name: int(each.amount / CENT) for each in found.balances if each.amount}
