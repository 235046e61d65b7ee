"""Promotions: what the shop takes off a price, for whom, when, and how often.

A **promotion** is a rule with versions; a version never changes, because orders cite it. Some
need a **voucher**, a code that somebody types. A **campaign** holds promotions to one budget,
counted in uses or in money. Which of them apply to a basket is decided by one pure rule; each use
is **claimed** when an order is placed and given back when that order comes to nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.kernel.money import Money
from modules.pricing.contracts import Discount
from modules.promotions.errors import BudgetSpent as BudgetSpent
from modules.promotions.errors import PromotionChanged as PromotionChanged
from modules.promotions.errors import PromotionNotFound as PromotionNotFound
from modules.promotions.errors import PromotionRefused as PromotionRefused
from modules.promotions.errors import TooManyTries as TooManyTries
from modules.promotions.errors import VoucherSpent as VoucherSpent
from modules.promotions.errors import VoucherUnknown as VoucherUnknown

type Kind = Literal["percentage", "fixed", "buy-get", "free-delivery", "tiered"]
type Target = Literal["lines", "order", "delivery"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A step of a tiered promotion: from so many units, or goods of such worth, this much off."""

    from_units: int = 0
    from_amounts: tuple[Money, ...] = ()
    rate_millionths: int = 0
    amounts: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to be so. Empty ones hold always; amounts are stated once per currency.

    `skus` and `categories` (paths, with all below them) say which lines count; units and the
    minimum are counted over those, at listed prices before any discount. `first_order` and `groups`
    hold for signed-in customers only. In force from `valid_from` until just before `valid_until`.
    """

    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    minimum_units: int = 0
    minimum: tuple[Money, ...] = ()
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    first_order: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a promotion takes off, and when.

    `percentage`: `rate_millionths` off the target. `fixed`: `amounts` off the order or the
    delivery, or off each unit where the target is `lines`. `buy-get`: of every `buy` + `get` units
    that count, the `get` cheapest are reduced by `rate_millionths`. `free-delivery`. `tiered`: the
    last of `tiers` that is reached, a percentage or a fixed amount.

    Promotions are tried by `priority`, the lowest number first. An `exclusive` one stands alone:
    it is not taken beside another, and nothing is taken after it.
    """

    label: str
    kind: Kind
    target: Target = "lines"
    rate_millionths: int = 0
    amounts: tuple[Money, ...] = ()
    buy: int = 0
    get: int = 0
    tiers: tuple[Tier, ...] = ()
    conditions: Conditions = field(default_factory=Conditions)
    exclusive: bool = False
    priority: int = 100
    needs_voucher: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A promotion in its newest version; `status` is running, paused or withdrawn."""

    code: str
    version: int
    rule: Rule
    summary: str
    status: Literal["running", "paused", "withdrawn"]
    campaign: str
    recorded_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A code with its limits: `used` of `limit` uses (None: as many as anybody likes)."""

    code: str
    promotion: str
    limit: int | None
    limit_per_customer: int | None
    used: int
    reusable: bool
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """`budget` counts uses, or minor units of `currency` where that is not empty."""

    code: str
    title: str
    budget: int
    spent: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line as promotions see it; `category` is the path of the product's own."""

    sku: str
    quantity: int
    unit_minor: int
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """What is known of the buyer; a guest is in no group and never orders for the first time.

    `subject` is who uses are counted for; None before anybody is known.
    """

    subject: UUID | None = None
    groups: tuple[str, ...] = ()
    first_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A version of a promotion that may apply, and the voucher that was shown for it, if any.

    `spent` is empty or says why a limit forbids it, whatever the basket holds; `left_minor` is
    what its `campaign` may still give away, None where it does not count money.
    """

    code: str
    version: int
    rule: Rule
    voucher: str = ""
    spent: str = ""
    campaign: str = ""
    left_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that decides which promotions apply; equal ones have equal answers."""

    currency: str
    country: str
    at: datetime
    pieces: tuple[Piece, ...]
    shopper: Shopper
    offers: tuple[Offered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a promotion applies to a basket; `reason` says why not, in words.

    `within_reach`: more of the same would do.
    """

    code: str
    version: int
    label: str
    applies: bool
    reason: str
    voucher: str
    within_reach: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The discounts to take off, in order, and a verdict on every promotion that was offered."""

    discounts: tuple[Discount, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePromotion:
    """Stores a version; what is stored already with the same content is left alone.

    `seen_version` is the version the person saw (0: a new promotion; None: whichever).
    """

    code: str
    rule: Rule
    campaign: str = ""
    seen_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """`withdrawn` is for good: the promotion is not offered and cannot be saved any more."""

    code: str
    status: Literal["running", "paused", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCampaign:
    """Creates or changes a campaign; `currency` empty: the budget counts uses."""

    code: str
    title: str
    budget: int
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueVouchers:
    """Makes vouchers: one of the given `code`, or `count` with random codes of 65 bits.

    `reusable`: the use is given back when its order is cancelled.
    """

    promotion: str
    code: str = ""
    count: int = 1
    limit: int | None = 1
    limit_per_customer: int | None = None
    reusable: bool = True
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one promotion took off an order, in minor units."""

    promotion: str
    version: int
    voucher: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUses:
    """Counts what an order uses, all or none; `subject` is who it is counted for."""

    order_id: UUID
    subject: UUID
    currency: str
    uses: tuple[Used, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCode:
    """`tried_by` names who tries, such as `address:192.0.2.1` and `basket:<id>`.

    `otherwise` is what the code stands for where it is no voucher, empty where nobody knows it.
    """

    code: str
    tried_by: tuple[str, ...]
    otherwise: str = ""
