"""What every page knows: the shop, its categories, and the basket, read when it is looked at."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from frontend.presenting import navigation, shown_basket
from frontend.storefront.shopper import currency_of, current_basket
from modules.catalog.selectors import category_tree


def shop(request: HttpRequest) -> dict[str, object]:
    """Costs nothing until a template reads it."""
    return {
        "shop_name": settings.SHOP_NAME,
        "navigation": SimpleLazyObject(lambda: navigation(category_tree())),
        "basket": SimpleLazyObject(lambda: shown_basket(current_basket(request))),
        "currency": SimpleLazyObject(lambda: currency_of(request)),
        "search_query": request.GET.get("q", "")[:100],
    }
