"""Tags that draw a component once for each content: `{% load fragments %}`."""

from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from frontend.caching.fragments import ByIdentity, drawn
from frontend.presenting import Card, facet
from modules.catalog.contracts import Facet

register = template.Library()


def _draw_card(product: Card) -> SafeString:
    return SafeString(get_template("components/product_card.html").render({"product": product}))


_card = ByIdentity(_draw_card)


@register.simple_tag
def product_card(product: Card) -> SafeString:
    """Draws a product of a list."""
    return _card(product)


@register.simple_tag
def facet_box(found: Facet) -> SafeString:
    """Draws one way to narrow a list, with what is chosen of it."""
    return drawn("components/facet.html", found, {"facet": facet(found)})


@register.simple_tag(takes_context=True)
def frame(context: template.Context, name: str) -> SafeString:
    """Draws the header, footer or drawer; those of pages for everybody are drawn once.

    Such a part shows nothing but what its key names.
    """
    part = f"components/{name}.html"
    if not context.get("is_shared"):
        shown = {str(name): value for name, value in context.flatten().items()}
        return SafeString(get_template(part).render(shown, context["request"]))
    known: dict[str, Any] = {
        each: context[each]
        for each in ("asks_for_visitor", "currency", "is_shared", "search_query", "shop_name")
    }
    navigation = tuple(context["navigation"])
    # The links mark where the page is, by the beginning of its path.
    path = context["request"].path
    current = next((link.url for link in navigation if path.startswith(link.url)), path == "/")
    key = (*(str(value) for value in known.values()), navigation, current)
    rest = {"navigation": navigation, "basket": context["basket"], "request": context["request"]}
    return drawn(part, key, known | rest)
