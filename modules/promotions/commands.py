"""Making promotions, vouchers and campaigns, and counting their uses."""

from datetime import datetime
from uuid import UUID

from events import codec
from events.commands import command
from events.context import current_context
from modules.kernel import clock
from modules.kernel.money import exponent
from modules.promotions import claiming
from modules.promotions.contracts import (
    CheckCode,
    ClaimUses,
    IssueVouchers,
    PromotionChanged,
    PromotionNotFound,
    PromotionRefused,
    SaveCampaign,
    SavePromotion,
    SetStatus,
    Used,
    VoucherUnknown,
)
from modules.promotions.domain.checking import refuse_code, refuse_nonsense, refused
from modules.promotions.domain.codes import as_typed, new_code
from modules.promotions.guessing import count_wrong_try, refuse_guessing
from modules.promotions.models import (
    Campaign,
    Promotion,
    PromotionVersion,
    Status,
    Use,
    Voucher,
)
from modules.promotions.selectors import rule_of, usable_voucher

MAXIMUM_VOUCHERS = 10_000


@command
def save_promotion(message: SavePromotion) -> int:
    """Stores a version of a promotion and returns its number; the same content again is the same.

    Raises:
        PromotionRefused: a rule that cannot be meant so, or a code that cannot be one.
        PromotionChanged: somebody saved another version meanwhile.
    """
    refuse_nonsense(message.rule)
    refuse_code(message.code)
    campaign = campaign_of(message.campaign)
    row, _ = Promotion.objects.select_for_update().get_or_create(
        code=message.code, defaults={"version": 0, "campaign": campaign}
    )
    if row.status == Status.WITHDRAWN:
        raise PromotionRefused(f"{row.code} is withdrawn for good: make a new one", field="code")
    content = codec.encode(message.rule).decode()
    newest = row.versions.order_by("-version").first()
    unchanged = newest is not None and newest.rule == content
    if not unchanged:
        if message.seen_version is not None and message.seen_version != row.version:
            raise PromotionChanged(
                f"Somebody saved version {row.version} since you opened the page. Nothing of "
                "yours was saved. Look at it again, then try again.",
                seen=message.seen_version,
                now=row.version,
            )
        row.version += 1
        PromotionVersion.objects.create(
            promotion=row,
            version=row.version,
            rule=content,
            recorded_at=clock.now(),
            actor=current_context().actor,
        )
    row.campaign = campaign
    row.save()
    return row.version


def campaign_of(code: str) -> Campaign | None:
    if not code:
        return None
    found = Campaign.objects.filter(code=code).first()
    if found is None:
        raise PromotionRefused(f"There is no campaign {code!r}: make it first.", field="campaign")
    return found


@command
def set_status(message: SetStatus) -> None:
    """Pauses, resumes or withdraws a promotion; orders that used it stay as they are.

    Raises:
        PromotionNotFound: there is none.
        PromotionRefused: it is withdrawn already.
    """
    row = Promotion.objects.select_for_update().filter(code=message.code).first()
    if row is None:
        raise PromotionNotFound("There is no such promotion.", code=message.code)
    if row.status == Status.WITHDRAWN != Status(message.status):
        raise PromotionRefused(f"{row.code} is withdrawn for good: make a new one", field="status")
    row.status = Status(message.status)
    row.save()


@command
def delete_promotion(code: str) -> None:
    """Deletes a promotion with its versions and vouchers. Orders keep what they were given.

    Raises:
        PromotionNotFound: there is none.
    """
    if not Promotion.objects.filter(code=code).delete()[0]:
        raise PromotionNotFound("There is no such promotion.", code=code)


@command
def save_campaign(message: SaveCampaign) -> None:
    """Creates a campaign, or changes its title and budget.

    Raises:
        PromotionRefused: less than is spent already, or another currency than it began with.
    """
    refuse_code(message.code)
    if not message.title.strip() or len(message.title) > 100:
        raise refused("title", "give it a name of 1 to 100 letters")
    if message.currency:
        exponent(message.currency)
    row = Campaign.objects.select_for_update().filter(code=message.code).first()
    if row is None:
        row = Campaign(code=message.code, currency=message.currency)
    if row.currency != message.currency:
        raise PromotionRefused("A campaign keeps the unit of its budget.", field="currency")
    if not row.spent <= message.budget < 10**15:
        raise PromotionRefused(f"{row.spent} are spent already: allow more.", field="budget")
    row.title, row.budget = message.title, message.budget
    row.save()


@command
def issue_vouchers(message: IssueVouchers) -> tuple[str, ...]:
    """Makes vouchers for a promotion that needs one, and returns their codes.

    Raises:
        PromotionNotFound: there is no such promotion.
        PromotionRefused: it needs no voucher, or the code is taken or cannot be one.
    """
    if not Promotion.objects.filter(code=message.promotion).exists():
        raise PromotionNotFound("There is no such promotion.", code=message.promotion)
    if not rule_of(message.promotion).needs_voucher:
        raise PromotionRefused("This promotion applies without a voucher.", field="promotion")
    code = as_typed(message.code)
    if message.code and len(code) < 4:
        raise refused("voucher", "a code has 4 to 40 letters and digits")
    if not 1 <= message.count <= MAXIMUM_VOUCHERS or (code and message.count != 1):
        raise refused("count", f"make 1 to {MAXIMUM_VOUCHERS} random codes, or one of your own")
    if min(message.limit or 1, message.limit_per_customer or 1) < 1:
        raise refused("limit", "a limit is 1 or more; leave it empty for none")
    codes = [code] if code else [new_code() for _ in range(message.count)]
    if Voucher.objects.filter(code__in=codes).exists():
        raise refused("voucher", "this code is taken: choose another one")
    now = clock.now()
    Voucher.objects.bulk_create(
        Voucher(
            code=each,
            promotion_id=message.promotion,
            limit=message.limit,
            limit_per_customer=message.limit_per_customer,
            reusable=message.reusable,
            valid_until=message.valid_until,
            created_at=now,
        )
        for each in codes
    )
    return tuple(codes)


def check_code(message: CheckCode) -> str:
    """Returns the voucher's code as it is kept, if somebody may use it now, or what else it is.

    Codes that are unknown, over or used up get the same answer, and wrong tries are counted.

    Raises:
        TooManyTries: too many wrong codes from there.
        VoucherUnknown: not a code that can be used.
    """
    refuse_guessing(message.tried_by)
    code = as_typed(message.code)
    if code and usable_voucher(code):
        return code
    if message.otherwise:
        return message.otherwise
    count_wrong_try(message.tried_by)
    raise VoucherUnknown("This code cannot be used. Check how it is written.")


@command
def claim_uses(message: ClaimUses) -> None:
    """Counts what an order uses against every limit, all of it or nothing.

    Called within the transaction that places the order, so that a refusal places none.

    Raises:
        VoucherSpent: a voucher, or this customer's part of it, is used up.
        BudgetSpent: a campaign is.
    """
    if Use.objects.filter(order_id=message.order_id).exists():
        # The same form sent twice: the order itself is refused or found by what follows.
        return
    now = clock.now()
    promotions = {
        row.code: row
        for row in Promotion.objects.filter(
            code__in=[use.promotion for use in message.uses]
        ).select_related("campaign")
    }
    rows = [
        claimed(message, use, promotions.get(use.promotion), now)
        for use in sorted(message.uses, key=lambda each: (each.voucher, each.promotion))
    ]
    titles = {row.campaign_id: row.campaign.title for row in rows if row.campaign}
    for campaign_id, amount in claiming.merged((row.campaign_id, row.counted) for row in rows):
        claiming.spend(campaign_id, amount, titles[campaign_id])
    claiming.keep(rows)


def claimed(message: ClaimUses, use: Used, promotion: Promotion | None, at: datetime) -> Use:
    """Counts one use of a voucher, if it has one, and returns the row to keep."""
    campaign = promotion.campaign if promotion else None
    conditions = rule_of(use.promotion, use.version).conditions if promotion else None
    return Use(
        order_id=message.order_id,
        promotion=use.promotion,
        version=use.version,
        voucher_id=claiming.claim_voucher(use.voucher, message.subject, at)
        if use.voucher
        else None,
        campaign=campaign,
        subject=message.subject,
        first_order=conditions is not None and conditions.first_order,
        amount_minor=use.amount_minor,
        currency=message.currency,
        counted=(use.amount_minor if campaign.currency else 1) if campaign else 0,
        claimed_at=at,
    )


@command
def return_uses(order_id: UUID) -> int:
    """Gives back what an order that came to nothing had claimed; again changes nothing.

    Vouchers that are not reusable stay used. Returns how many uses were given back.
    """
    return claiming.give_back(order_id, clock.now())
