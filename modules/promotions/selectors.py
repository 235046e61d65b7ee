"""Questions about promotions, and the pure rule that decides which apply."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models import F, Q

from events import codec
from events.database import fetch, uncached
from modules.kernel import clock
from modules.promotions import contracts
from modules.promotions.contracts import Offered, PromotionNotFound, Rule
from modules.promotions.domain.codes import as_typed
from modules.promotions.domain.deciding import decide
from modules.promotions.domain.summary import summary
from modules.promotions.models import Campaign, Holder, PromotionVersion, Status, Voucher

__all__ = [
    "as_typed",
    "campaign",
    "campaigns",
    "decide",
    "offers",
    "promotion",
    "promotions",
    "rule_of",
    "summary",
    "usable_voucher",
    "versions",
    "vouchers",
]

# A promotion that ended so lately is still offered, to be refused with its reason.
AFTERWARDS = timedelta(days=1)

USED_UP = "it has been used up"

# A campaign's code, why it gives nothing or an empty text, and what money it has left.
type Budget = tuple[str, str, int | None]
# Of each voucher that was shown: its promotion, and why it cannot be used or an empty text.
type Shown = dict[str, tuple[str, str]]

NO_BUDGET: Budget = ("", "", None)


# By hand, because every basket asks it.
_RUNNING = """
    SELECT p.code, v.version, v.rule, p.campaign_id
    FROM promotions_promotion AS p
        JOIN promotions_promotionversion AS v ON v.promotion_id = p.code AND v.version = p.version
    WHERE p.status = 'running' ORDER BY p.code
"""


def offers(
    codes: Sequence[str],
    *,
    currency: str,
    subject: UUID | None = None,
    at: datetime | None = None,
) -> tuple[Offered, ...]:
    """Returns the promotions that may apply: those that run by themselves, and those of `codes`.

    One query, and up to three more where vouchers or campaigns have limits to look at. None is
    cached. The limits are looked at again, and kept, when uses are claimed.
    """
    moment = at or clock.now()
    running = fetch(_RUNNING)
    shown = vouchers_of(codes, subject, moment) if codes else {}
    charged = {campaign_id for *_, campaign_id in running if campaign_id}
    budgets = budgets_of(charged, currency) if charged else {}
    return tuple(
        offer
        for code, version, rule, campaign_id in running
        for offer in offered(code, version, rule, budgets.get(campaign_id, NO_BUDGET), shown)
        if not long_over(offer.rule, moment)
    )


def offered(code: str, version: int, rule: str, budget: Budget, shown: Shown) -> list[Offered]:
    """Returns a promotion as it may apply: once by itself, or once for each of its vouchers."""
    campaign, over, left = budget
    offer = Offered(
        code=code,
        version=version,
        rule=parsed(rule),
        spent=over,
        campaign=campaign,
        left_minor=left,
    )
    if not offer.rule.needs_voucher:
        return [offer]
    return [
        replace(offer, voucher=voucher, spent=reason or over)
        for voucher, (promotion_code, reason) in shown.items()
        if promotion_code == code
    ]


def long_over(rule: Rule, at: datetime) -> bool:
    until = rule.conditions.valid_until
    return until is not None and until + AFTERWARDS < at


@lru_cache(maxsize=512)
def parsed(content: str) -> Rule:
    return codec.decode(content.encode(), Rule)


def vouchers_of(codes: Iterable[str], subject: UUID | None, at: datetime) -> Shown:
    """Returns for each known code its promotion, and why it cannot be used or an empty text."""
    rows = list(Voucher.objects.filter(code__in=list(codes)).order_by("code"))
    own: dict[UUID, int] = {}
    if subject and any(row.limit_per_customer is not None for row in rows):
        held = Holder.objects.filter(voucher__in=rows, subject=subject)
        own = dict(held.values_list("voucher_id", "used"))
    return {row.code: (row.promotion_id, why_not(row, own.get(row.id, 0), at)) for row in rows}


def why_not(row: Voucher, own: int, at: datetime) -> str:
    if row.valid_until and row.valid_until <= at:
        return f"the voucher ended on {row.valid_until:%-d %B %Y}"
    if row.limit is not None and row.used >= row.limit:
        return USED_UP
    if row.limit_per_customer is not None and own >= row.limit_per_customer:
        return "you have used it already"
    return ""


def budgets_of(ids: Iterable[UUID], currency: str) -> dict[UUID | None, Budget]:
    """Returns for each campaign its code, why it gives nothing, and what money it has left."""
    found: dict[UUID | None, Budget] = {}
    for row in Campaign.objects.filter(id__in=list(ids)):
        over = USED_UP if row.spent >= row.budget else ""
        if row.currency and row.currency != currency:
            over = f"it is not offered in {currency}"
        found[row.id] = (row.code, over, row.budget - row.spent if row.currency else None)
    return found


def usable_voucher(code: str) -> bool:
    """Tells whether a code could be used by somebody now, whatever is in the basket."""
    row = Voucher.objects.filter(code=code, promotion__status=Status.RUNNING).first()
    if row is None or why_not(row, 0, clock.now()):
        return False
    until = rule_of(row.promotion_id).conditions.valid_until
    return until is None or until > clock.now()


def rule_of(code: str, version: int | None = None) -> Rule:
    """Returns what a promotion says, in its newest version or in a given one.

    Raises:
        PromotionNotFound: there is none.
    """
    wanted = Q(version=F("promotion__version")) if version is None else Q(version=version)
    found = PromotionVersion.objects.filter(wanted, promotion_id=code).first()
    if found is None:
        raise PromotionNotFound("There is no such promotion.", code=code)
    return parsed(found.rule)


def promotion(code: str) -> contracts.Promotion:
    """Returns a promotion in its newest version. Raises: PromotionNotFound."""
    found = versions(code)
    if not found:
        raise PromotionNotFound("There is no such promotion.", code=code)
    return found[0]


def promotions() -> tuple[contracts.Promotion, ...]:
    """Returns every promotion in its newest version, in the order in which they are tried."""
    with uncached():
        rows = PromotionVersion.objects.filter(version=F("promotion__version"))
        found = [row.as_contract() for row in rows.select_related("promotion__campaign")]
    return tuple(sorted(found, key=lambda each: (each.rule.priority, each.code)))


def versions(code: str) -> tuple[contracts.Promotion, ...]:
    """Returns every version of a promotion, newest first."""
    with uncached():
        rows = PromotionVersion.objects.filter(promotion_id=code).order_by("-version")
        return tuple(row.as_contract() for row in rows.select_related("promotion__campaign"))


def vouchers(promotion_code: str, limit: int = 200) -> tuple[contracts.Voucher, ...]:
    """Returns a promotion's newest vouchers."""
    rows = Voucher.objects.filter(promotion_id=promotion_code).order_by("-created_at", "code")
    return tuple(row.as_contract() for row in rows[:limit])


def campaign(code: str) -> contracts.Campaign:
    """Returns a campaign. Raises: PromotionNotFound."""
    row = Campaign.objects.filter(code=code).first()
    if row is None:
        raise PromotionNotFound("There is no such campaign.", code=code)
    return row.as_contract()


def campaigns() -> tuple[contracts.Campaign, ...]:
    """Returns every campaign by its code."""
    return tuple(row.as_contract() for row in Campaign.objects.order_by("code"))
