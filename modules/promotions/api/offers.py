"""Promotions over HTTP for those who list prices: versions, status, vouchers."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from modules.kernel.money import Money
from modules.promotions import commands, contracts, selectors
from modules.promotions.contracts import IssueVouchers, SavePromotion, SetStatus
from modules.wire import (
    Body,
    Code,
    Country,
    Currency,
    Line,
    Moment,
    MoneyReply,
    PositiveMinor,
    Reply,
    Sku,
    Slug,
    Truth,
    Version,
)

router = Router(tags=["staff: promotions"])

Rate = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
PromotionCode = Annotated[
    str, Path(max_length=64, description="The promotion's code.", examples=["spring"])
]
REFUSALS = {"x-refusals": [404, 409]}


class AmountBody(Body):
    """An amount in one of the shop's currencies."""

    minor: PositiveMinor = Field(description="Minor units.", examples=[500])
    currency: Currency = Field(description="ISO 4217 code.", examples=["EUR"])


Amounts = Annotated[list[AmountBody], Field(max_length=20)]


def money(amounts: list[AmountBody]) -> tuple[Money, ...]:
    return tuple(Money(each.minor, each.currency) for each in amounts)


class TierBody(Body):
    """A step: from so many pieces, or goods of such worth, this much off."""

    from_units: Count = Field(0, description="Pieces at least.", examples=[3])
    from_amounts: Amounts = Field([], description="Goods worth at least.", examples=[[]])
    rate_millionths: Rate = Field(0, description="100000 is 10 %.", examples=[100_000])
    amounts: Amounts = Field([], description="Or an amount off.", examples=[[]])

    def tier(self) -> contracts.Tier:
        return contracts.Tier(
            from_units=self.from_units,
            from_amounts=money(self.from_amounts),
            rate_millionths=self.rate_millionths,
            amounts=money(self.amounts),
        )


class ConditionsBody(Body):
    """What has to be so; what is left out holds always."""

    skus: Annotated[list[Sku], Field(max_length=200)] = Field(
        [], description="Pieces that count.", examples=[["TIDES-A4"]]
    )
    categories: Annotated[list[Slug], Field(max_length=50)] = Field(
        [], description="Paths, with all below them.", examples=[["prints"]]
    )
    minimum_units: Count = Field(0, description="Pieces at least.", examples=[3])
    minimum: Amounts = Field([], description="Goods worth at least.", examples=[[]])
    groups: Annotated[list[Code], Field(max_length=50)] = Field(
        [], description="Customer groups.", examples=[["press"]]
    )
    countries: Annotated[list[Country], Field(max_length=250)] = Field(
        [], description="Delivered to.", examples=[["FR", "BE"]]
    )
    first_order: Truth = Field(False, description="First orders only.", examples=[False])
    valid_from: Moment | None = Field(None, description="From then on.")
    valid_until: Moment | None = Field(None, description="Until just before then.")

    def conditions(self) -> contracts.Conditions:
        return contracts.Conditions(
            skus=tuple(self.skus),
            categories=tuple(self.categories),
            minimum_units=self.minimum_units,
            minimum=money(self.minimum),
            groups=tuple(self.groups),
            countries=tuple(self.countries),
            first_order=self.first_order,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class RuleBody(Body):
    """What a promotion takes off, and when."""

    label: Line = Field(description="As shoppers see it.", examples=["Prints for less"])
    kind: contracts.Kind = Field(description="How.", examples=["percentage"])
    target: contracts.Target = Field("lines", description="Off what.", examples=["lines"])
    rate_millionths: Rate = Field(0, description="100000 is 10 %.", examples=[100_000])
    amounts: Amounts = Field([], description="One for each currency.", examples=[[]])
    buy: Count = Field(0, description="Of buy-get: bought.", examples=[2])
    get: Count = Field(0, description="Of buy-get: reduced.", examples=[1])
    tiers: Annotated[list[TierBody], Field(max_length=20)] = Field(
        [], description="Steps, the smallest first.", examples=[[]]
    )
    conditions: ConditionsBody = Field(
        default_factory=lambda: ConditionsBody.model_validate({}), description="Only if."
    )
    exclusive: Truth = Field(False, description="Not with other offers.", examples=[False])
    priority: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(
        100, description="The lowest number is tried first.", examples=[100]
    )
    needs_voucher: Truth = Field(False, description="Only with a voucher.", examples=[False])

    def rule(self) -> contracts.Rule:
        plain = self.model_dump(exclude={"amounts", "tiers", "conditions"})
        return contracts.Rule(
            **plain,
            amounts=money(self.amounts),
            tiers=tuple(each.tier() for each in self.tiers),
            conditions=self.conditions.conditions(),
        )


class PromotionBody(Body):
    """A promotion to save; another content than before is another version."""

    rule: RuleBody = Field(description="What it says.")
    campaign: Annotated[str, Field(max_length=64)] = Field(
        "", description="Whose budget counts.", examples=["winter"]
    )
    seen_version: Annotated[int, Field(strict=True, ge=0, le=2_147_483_647)] | None = Field(
        None, description="The version that was read; 0 for a new one.", examples=[2]
    )


class TierReply(Reply):
    """A step of a tiered promotion."""

    from_units: int = Field(description="Pieces at least.", examples=[3])
    from_amounts: tuple[MoneyReply, ...] = Field(description="Goods worth at least.")
    rate_millionths: int = Field(description="100000 is 10 %.", examples=[100_000])
    amounts: tuple[MoneyReply, ...] = Field(description="Or an amount off.")


class ConditionsReply(Reply):
    """What has to be so."""

    skus: tuple[str, ...] = Field(description="Pieces that count.")
    categories: tuple[str, ...] = Field(description="Paths, with all below them.")
    minimum_units: int = Field(description="Pieces at least.", examples=[0])
    minimum: tuple[MoneyReply, ...] = Field(description="Goods worth at least.")
    groups: tuple[str, ...] = Field(description="Customer groups.")
    countries: tuple[str, ...] = Field(description="Delivered to.")
    first_order: bool = Field(description="First orders only.", examples=[False])
    valid_from: datetime | None = Field(description="UTC.")
    valid_until: datetime | None = Field(description="UTC.")


class RuleReply(Reply):
    """What a promotion takes off, and when."""

    label: str = Field(description="As shoppers see it.", examples=["Prints for less"])
    kind: str = Field(description="How.", examples=["percentage"])
    target: str = Field(description="Off what.", examples=["lines"])
    rate_millionths: int = Field(description="100000 is 10 %.", examples=[100_000])
    amounts: tuple[MoneyReply, ...] = Field(description="One for each currency.")
    buy: int = Field(description="Of buy-get: bought.", examples=[0])
    get: int = Field(description="Of buy-get: reduced.", examples=[0])
    tiers: tuple[TierReply, ...] = Field(description="Steps, the smallest first.")
    conditions: ConditionsReply = Field(description="Only if.")
    exclusive: bool = Field(description="Not with other offers.", examples=[False])
    priority: int = Field(description="The lowest number is tried first.", examples=[100])
    needs_voucher: bool = Field(description="Only with a voucher.", examples=[False])


class PromotionReply(Reply):
    """A promotion in one of its versions."""

    code: str = Field(description="Its code.", examples=["spring"])
    version: int = Field(description="Counts up.", examples=[2])
    rule: RuleReply = Field(description="What it says.")
    summary: str = Field(description="The same in words.", examples=["10 % off prints"])
    status: str = Field(description="running, paused or withdrawn.", examples=["running"])
    campaign: str = Field(description="Whose budget counts; may be empty.", examples=[""])
    recorded_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    actor: str = Field(description="Who saved it.", examples=["staff:0192f0c1"])


@router.get("/promotions", response=list[PromotionReply])
def promotions(request: HttpRequest) -> tuple[contracts.Promotion, ...]:
    """Read every promotion in its newest version, in the order of trying."""
    return selectors.promotions()


@router.get("/promotions/{code}", response=PromotionReply, openapi_extra={"x-refusals": [404]})
def promotion(request: HttpRequest, code: PromotionCode) -> contracts.Promotion:
    """Read a promotion in its newest version."""
    return selectors.promotion(code)


@router.get("/promotions/{code}/versions", response=list[PromotionReply])
def versions(request: HttpRequest, code: PromotionCode) -> tuple[contracts.Promotion, ...]:
    """Read all versions of a promotion, newest first; none of one that there is not."""
    return selectors.versions(code)


@router.put("/promotions/{code}", response=PromotionReply, openapi_extra=REFUSALS)
def save_promotion(
    request: HttpRequest, code: PromotionCode, body: PromotionBody
) -> contracts.Promotion:
    """Save a promotion: a new one, or another version. The same content again changes nothing."""
    message = SavePromotion(
        code=code, rule=body.rule.rule(), campaign=body.campaign, seen_version=body.seen_version
    )
    commands.save_promotion(message)
    return selectors.promotion(code)


class StatusBody(Body):
    """Whether it runs."""

    status: Literal["running", "paused", "withdrawn"] = Field(
        description="`withdrawn` is for good.", examples=["paused"]
    )


@router.post("/promotions/{code}/status", response=PromotionReply, openapi_extra=REFUSALS)
def set_status(request: HttpRequest, code: PromotionCode, body: StatusBody) -> contracts.Promotion:
    """Pause, resume or withdraw a promotion; orders keep what they were given."""
    commands.set_status(SetStatus(code=code, status=body.status))
    return selectors.promotion(code)


class VouchersBody(Body):
    """Vouchers to make: one of a given code, or so many with random codes."""

    code: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z-]*$")] = Field(
        "", description="Random if left out.", examples=["SPRING10"]
    )
    count: Annotated[int, Field(strict=True, ge=1, le=10_000)] = Field(
        1, description="How many.", examples=[100]
    )
    limit: Version | None = Field(1, description="Uses of each; null: any.", examples=[1])
    limit_per_customer: Version | None = Field(
        None, description="Uses of each customer; null: any.", examples=[1]
    )
    reusable: Truth = Field(True, description="Given back when the order is cancelled.")
    valid_until: Moment | None = Field(None, description="Until just before then.")


class VouchersReply(Reply):
    """Vouchers that were made."""

    codes: tuple[str, ...] = Field(description="Their codes.", examples=[["SPRING10"]])


@router.post("/promotions/{code}/vouchers", response=VouchersReply, openapi_extra=REFUSALS)
def issue_vouchers(request: HttpRequest, code: PromotionCode, body: VouchersBody) -> VouchersReply:
    """Make vouchers for a promotion that needs one."""
    made = commands.issue_vouchers(IssueVouchers(promotion=code, **body.model_dump()))
    return VouchersReply(codes=made)
