"""Tags that draw what stands on a page many times, or on every page: `{% load fragments %}`."""

from collections.abc import Sequence
from operator import attrgetter

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from frontend.caching.fragments import ByContent, ByIdentity
from frontend.presenting import Card
from frontend.stencils import Stencil, written_later
from frontend.storefront.choosing import OptionValue
from frontend.templatetags.shop import nav_link
from modules.catalog.contracts import Facet

register = template.Library()

_SHOWN = (
    "slug", "name", "url", "note", "picture", "second_picture", "badge", "price", "price_before",
    "price_varies", "sold_out", "sku",
)  # fmt: skip
_shown = attrgetter(*_SHOWN)
_card_stencil = Stencil("components/product_card.html", *(f"product.{name}" for name in _SHOWN))
_card: ByIdentity[Card, SafeString] = ByIdentity(lambda card: _card_stencil(*_shown(card)))

_facet_stencil = Stencil("components/facet.html", "label", "found")
_option = Stencil("components/facet.html#option", "name", "value", "label", "count", "selected")
_facet: ByContent[Facet, SafeString] = ByContent(lambda found: _facet_stencil(found.label, found))

_value = Stencil(
    "storefront/product.html#value",
    "index",
    "value.value",
    "value.note",
    "value.possible",
    "value.chosen",
)
_fact = Stencil("storefront/product.html#fact", "label", "value")

# What the frames of pages for everybody show; `basket` is missing there, which is an empty one.
_FRAMES = {
    "site_header": (
        "asks_for_visitor", "is_shared", "search_query", "shop_name", "site_nav",
    ),
    "site_footer": ("currency", "shop_name"),
    "drawer": ("asks_for_visitor",),
}  # fmt: skip
_frames = {name: Stencil(f"components/{name}.html", *shown) for name, shown in _FRAMES.items()}


@register.simple_tag
def product_items(products: Sequence[Card]) -> SafeString:
    """Draws products as the items of a list."""
    return SafeString("".join([f"<li>{_card(product)}</li>" for product in products]))


@register.simple_tag
def facet_box(found: Facet) -> SafeString:
    """Draws one way to narrow a list, with what is chosen of it."""
    return _facet(found)


@register.simple_tag
@written_later
def facet_options(found: Facet) -> SafeString:
    """Draws the values of a facet, each with its box to tick."""
    code, values = found.code, found.values
    return SafeString(
        "".join([_option(code, v.value, v.label, v.count, v.selected) for v in values])
    )


@register.simple_tag
def option_value(index: int, value: OptionValue) -> SafeString:
    """Draws a value that an option of a product can have."""
    return _value(str(index), value.value, value.note, value.possible, value.chosen)


@register.simple_tag
def fact(label: str, value: str) -> SafeString:
    """Draws a line of a product's details."""
    return _fact(label, value)


@register.simple_tag(takes_context=True)
def frame(context: template.Context, name: str) -> SafeString:
    """Draws the header, footer or drawer."""
    site_nav = navigation(context) if name == "site_header" else ""
    if context.get("is_shared"):
        shown = (site_nav if each == "site_nav" else context[each] for each in _FRAMES[name])
        return _frames[name](*shown)
    known = {str(name): value for name, value in context.flatten().items()}
    part = get_template(f"components/{name}.html")
    return SafeString(part.render(known | {"site_nav": site_nav}, context["request"]))


def navigation(context: template.Context) -> SafeString:
    """Draws a link a line to each category, or to all products where there are none."""
    places = [(link.url, link.name) for link in context.get("navigation") or ()]
    links = [nav_link(context, *each) for each in places or [("/products/", "All pieces")]]
    return SafeString("\n".join([*links, "", ""]))
