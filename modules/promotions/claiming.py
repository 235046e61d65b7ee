"""The statements that count uses up and down; each one is conditional, so that no limit is passed.

Vouchers are touched in order of their code, campaigns in order of their id, so that orders that
share several queue and do not cross.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from events.database import execute, fetch
from modules.kernel.identity import new_id
from modules.promotions.contracts import BudgetSpent, VoucherSpent
from modules.promotions.models import Use

_CLAIM = """
    UPDATE promotions_voucher SET used = used + 1
    WHERE code = %s AND ("limit" IS NULL OR used < "limit")
        AND (valid_until IS NULL OR valid_until > %s)
    RETURNING id, limit_per_customer
"""
_CLAIM_FOR = """
    INSERT INTO promotions_holder AS h (id, voucher_id, subject, used) VALUES (%s, %s, %s, 1)
    ON CONFLICT (voucher_id, subject) DO UPDATE SET used = h.used + 1 WHERE h.used < %s
    RETURNING used
"""
_SPEND = """
    UPDATE promotions_campaign SET spent = spent + %s
    WHERE id = %s AND spent + %s <= budget RETURNING true
"""
_RETURN = """
    UPDATE promotions_use SET returned_at = %s
    WHERE order_id = %s AND returned_at IS NULL
    RETURNING voucher_id, campaign_id, subject, counted
"""
_GIVE_BACK = """
    UPDATE promotions_voucher SET used = used - 1 WHERE id = %s AND reusable AND used > 0
    RETURNING limit_per_customer
"""


def claim_voucher(code: str, subject: UUID, at: datetime) -> UUID:
    """Counts one use and returns the voucher's id. Raises: VoucherSpent."""
    rows = fetch(_CLAIM, (code, at))
    if not rows:
        raise spent(code)
    voucher_id, most = rows[0]
    if most is not None and not fetch(_CLAIM_FOR, (new_id(), voucher_id, subject, most)):
        raise spent(code)
    found: UUID = voucher_id
    return found


def spent(code: str) -> VoucherSpent:
    return VoucherSpent(
        f"The voucher {code} has been used up. Take it out of the basket to order without it.",
        voucher=code,
    )


def spend(campaign_id: UUID, amount: int, title: str) -> None:
    """Charges a campaign. Raises: BudgetSpent: it would pass its budget."""
    if not fetch(_SPEND, (amount, campaign_id, amount)):
        raise BudgetSpent(
            f"The offer “{title}” is used up. Look at the total again, then order without it.",
            campaign=title,
        )


def give_back(order_id: UUID, at: datetime) -> int:
    """Undoes what an order claimed, once; returns how many uses."""
    rows = fetch(_RETURN, (at, order_id))
    vouchers = sorted((voucher, subject) for voucher, _, subject, _ in rows if voucher)
    for voucher_id, subject in vouchers:
        back = fetch(_GIVE_BACK, (voucher_id,))
        if back and back[0][0] is not None:
            execute(
                "UPDATE promotions_holder SET used = used - 1"
                " WHERE voucher_id = %s AND subject = %s AND used > 0",
                (voucher_id, subject),
            )
    for campaign_id, counted in merged((campaign, counted) for _, campaign, _, counted in rows):
        execute(
            "UPDATE promotions_campaign SET spent = spent - %s WHERE id = %s",
            (counted, campaign_id),
        )
    return len(rows)


def merged(charges: Iterable[tuple[UUID | None, int]]) -> list[tuple[UUID, int]]:
    """Adds charges of one campaign up; in order of the campaigns' ids."""
    sums: dict[UUID, int] = {}
    for campaign_id, amount in charges:
        if campaign_id is not None:
            sums[campaign_id] = sums.get(campaign_id, 0) + amount
    return sorted(sums.items())


def keep(rows: Iterable[Use]) -> None:
    """Writes uses down.

    Raises:
        VoucherSpent: a first order that this customer has placed meanwhile.
    """
    wanted = list(rows)
    try:
        with transaction.atomic():
            Use.objects.bulk_create(wanted)
    except IntegrityError:
        raise VoucherSpent(
            "An offer for the first order was used already. Look at the total again.", voucher=""
        ) from None
