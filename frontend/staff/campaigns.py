"""Campaigns: budgets that promotions share, counted in uses or in money."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.staff.promotion_form import PromotionFormRefused, whole
from modules.kernel.errors import DomainError
from modules.kernel.money import Money, MoneyError
from modules.promotions.commands import save_campaign
from modules.promotions.contracts import Campaign, SaveCampaign
from modules.promotions.selectors import campaigns


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def campaign_page(request: HttpRequest) -> HttpResponse:
    """Lists campaigns; a POST makes one, or changes the title and the budget of one."""
    if request.method != "POST":
        return show(request)
    typed = {
        name: request.POST.get(name, "").strip()[:100]
        for name in ("code", "title", "currency", "budget")
    }
    try:
        save_campaign(
            SaveCampaign(
                code=typed["code"],
                title=typed["title"],
                budget=budget(typed["budget"], typed["currency"]),
                currency=typed["currency"],
            )
        )
    except DomainError as refusal:
        return show(request, typed=typed, problem=refusal.message)
    return redirect(request, reverse("staff-campaigns"))


def show(
    request: HttpRequest, *, typed: dict[str, str] | None = None, problem: str = ""
) -> HttpResponse:
    context = {
        "campaigns": [
            (each, written(each.budget, each), written(each.spent, each)) for each in campaigns()
        ],
        "units": {"": "Uses", **{code: f"Money, {code}" for code in settings.SHOP_CURRENCIES}},
        "typed": typed or {},
        "problem": problem,
    }
    return page(request, "staff/campaigns.html", context, status=409 if problem else 200)


def budget(text: str, currency: str) -> int:
    """Reads a budget in uses, or in money as minor units. Raises: PromotionFormRefused."""
    if not currency:
        return whole(text)
    if currency not in settings.SHOP_CURRENCIES:
        raise PromotionFormRefused("This form is out of date: reload the page and try again.")
    try:
        return Money.parse(text, currency).minor
    except MoneyError as error:
        raise PromotionFormRefused(f"{error}.") from None


def written(figure: int, campaign: Campaign) -> str:
    """Returns a figure of a campaign as it is typed."""
    return str(Money(figure, campaign.currency)).split()[0] if campaign.currency else str(figure)
