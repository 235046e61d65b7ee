"""What every page knows: the shop, its categories, and the basket, read when it is looked at."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from frontend.caching.keys import is_known
from frontend.caching.sharing import is_shared
from frontend.presenting import navigation, shown_basket
from frontend.storefront.shopper import currency_of, current_basket
from modules.catalog.contracts import CategoryNode
from modules.catalog.selectors import category_tree
from modules.checkout.contracts import Basket
from modules.checkout.selectors import empty_basket


def shop(request: HttpRequest) -> dict[str, object]:
    """Costs nothing until a template reads it."""
    shared = is_shared(request)
    return {
        "is_shared": shared,
        # Of a page for everybody only the browser can say whose it is, by a request of its own.
        "asks_for_visitor": shared and is_known(request.COOKIES),
        "shop_name": settings.SHOP_NAME,
        "navigation": SimpleLazyObject(lambda: navigation(categories(request))),
        "basket": SimpleLazyObject(lambda: shown_basket(visible_basket(request))),
        "currency": SimpleLazyObject(lambda: currency_of(request)),
        "search_query": request.GET.get("q", "")[:100],
    }


def categories(request: HttpRequest) -> tuple[CategoryNode, ...]:
    """Returns the tree of categories, read once a request."""
    known: tuple[CategoryNode, ...] | None = getattr(request, "shown_categories", None)
    if known is None:
        known = category_tree()
        request.shown_categories = known  # type: ignore[attr-defined]
    return known


def visible_basket(request: HttpRequest) -> Basket:
    """Returns the visitor's basket, or on a page for everybody an empty one."""
    return empty_basket(currency_of(request)) if is_shared(request) else current_basket(request)
