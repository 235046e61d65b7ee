"""Campaigns over HTTP: budgets that promotions share."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from modules.promotions import commands, contracts, selectors
from modules.promotions.contracts import SaveCampaign
from modules.wire import Body, Code, Currency, Line, PositiveMinor, Reply

router = Router(tags=["staff: promotions"])


class CampaignBody(Body):
    """A campaign to save."""

    title: Line = Field(description="What it is called.", examples=["Winter"])
    budget: PositiveMinor = Field(
        description="Minor units of `currency`, or uses without one.", examples=[100_000]
    )
    currency: Currency | None = Field(None, description="Null: it counts uses.", examples=["EUR"])


class CampaignReply(Reply):
    """A campaign with what is spent of its budget."""

    code: str = Field(description="Its code.", examples=["winter"])
    title: str = Field(description="What it is called.", examples=["Winter"])
    budget: int = Field(description="Minor units, or uses.", examples=[100_000])
    spent: int = Field(description="Of that.", examples=[4_500])
    currency: str = Field(description="ISO 4217; empty: it counts uses.", examples=["EUR"])


@router.get("/campaigns", response=list[CampaignReply])
def campaigns(request: HttpRequest) -> tuple[contracts.Campaign, ...]:
    """Read every campaign by its code."""
    return selectors.campaigns()


@router.put("/campaigns/{code}", response=CampaignReply, openapi_extra={"x-refusals": [409]})
def save_campaign(
    request: HttpRequest,
    code: Annotated[Code, Path(description="The campaign's code.", examples=["winter"])],
    body: CampaignBody,
) -> contracts.Campaign:
    """Create a campaign, or change its title and budget."""
    commands.save_campaign(
        SaveCampaign(code=code, title=body.title, budget=body.budget, currency=body.currency or "")
    )
    return selectors.campaign(code)
