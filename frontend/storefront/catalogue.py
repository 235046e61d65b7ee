"""Home, category, collection, search and product pages."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.http import push_url

from frontend.caching.sharing import depends_on, looked_at, shared
from frontend.caching.versions import SOLD, product_scopes, stock_scopes
from frontend.context import categories
from frontend.errors import gone, page_not_found
from frontend.htmx import page, wants_fragment
from frontend.presenting import cards, crumbs, shown_count
from frontend.storefront.browsing import RESERVED, SORTS, BrowseForm, clean_address, shown_filters
from frontend.storefront.choosing import (
    Offer,
    chosen_variant,
    facts,
    gallery,
    offer,
    option_choices,
    shown_picture,
)
from frontend.storefront.front import front_picture
from frontend.storefront.shopper import currency_of
from modules.catalog.contracts import Picture, ProductCard, ProductDetail, ProductNotFound
from modules.catalog.selectors import (
    browse,
    category_trail,
    collection,
    collections,
    product_detail,
    related_products,
    suggestions,
)
from modules.inventory.selectors import stock_levels
from modules.pricing.selectors import listed_prices
from modules.shipping.selectors import delivery_options


@shared
def home(request: HttpRequest) -> HttpResponse:
    currency = currency_of(request)
    featured = browse(BrowseForm({}).request(currency, page_size=8))
    newest = browse(BrowseForm({"sort": "newest"}).request(currency, page_size=4))
    context = {
        "hero": front_picture(featured.products),
        "featured": cards(featured.products),
        "newest": cards(newest.products),
        "categories": categories(request),
        "collections": collections(),
    }
    response = page(request, "storefront/home.html", context)
    return depends_on(response, on_cards(featured.products), on_cards(newest.products))


def on_cards(products: Sequence[ProductCard]) -> frozenset[str]:
    """Returns what a page depends on that shows these cards."""
    return product_scopes(product.id for product in products)


def listing(request: HttpRequest, heading: Mapping[str, object], **scope: str) -> HttpResponse:
    """Answers a list of products with its facets: the whole page, or its results to htmx."""
    form = BrowseForm(request.GET)
    asked = form.request(currency_of(request), scope)
    found = browse(asked)
    context = {
        **heading,
        "found": found,
        "asked": asked,
        "cards": cards(found.products),
        "facets": found.facets,
        "filters": shown_filters(request, found),
        "sorts": SORTS,
        "clear_url": f"{request.path}?{urlencode({'q': asked.query})}"
        if asked.query
        else request.path,
        "shown": shown_count(found, asked.page_size),
        "next_url": form.next_url(found),
    }
    if request.headers.get("HX-Source", "").endswith("#load-more-link"):
        response = page(request, "storefront/listing.html", context, partial="appended")
    else:
        response = page(request, "storefront/listing.html", context, partial="update")
        if wants_fragment(request):
            push_url(response, clean_address(request))
    patch_vary_headers(response, ("HX-Source",))
    # Only this filter chooses by what can be had; no order of lists looks at it.
    depends_on(response, on_cards(found.products), (SOLD,) if asked.in_stock_only else ())
    return looked_at(response, RESERVED.union(each.code for each in found.facets))


@shared
def category_page(request: HttpRequest, path: str) -> HttpResponse:
    *above, node = category_trail(path, categories(request))
    heading = {
        "title": node.name,
        "intro": node.intro,
        "category": node,
        "crumbs": crumbs(above, node.name),
    }
    return listing(request, heading, category=node.path)


@shared
def collection_page(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = collection(slug)
    heading = {"title": chosen.name, "intro": chosen.intro, "crumbs": crumbs((), chosen.name)}
    return listing(request, heading, collection=chosen.slug)


@shared
def search_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    title = f"Search: {query}" if query else "All pieces"
    heading = {"title": title, "intro": "", "query": query, "crumbs": crumbs((), title)}
    return listing(request, heading, query=query)


@shared
def suggest(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    found = suggestions(query) if len(query) >= 2 else ()
    context = {"suggestions": found, "query": query}
    return looked_at(render(request, "storefront/suggestions.html", context), {"q"})


@shared
def product_page(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        product = product_detail(slug, categories(request))
    except ProductNotFound as refusal:
        return gone(request) if refusal.fields.get("withdrawn") else page_not_found(request)
    beside = related_products(product.slug, currency_of(request))
    context = product_context(request, product) | {"related": cards(beside)}
    response = page(request, "storefront/product.html", context, partial="choice")
    named = {"sku", "picture", *(f"o{index}" for index in range(len(product.option_names)))}
    looked_at(response, named)
    # What is sold out comes last among the related, whichever they are.
    skus = [variant.sku for variant in product.variants]
    return depends_on(response, stock_scopes(skus), on_cards(beside), (SOLD,))


def product_context(request: HttpRequest, product: ProductDetail) -> dict[str, object]:
    currency = currency_of(request)
    skus = [variant.sku for variant in product.variants]
    prices, levels = listed_prices(skus, currency), stock_levels(skus)
    chosen = chosen_variant(product, request.GET)
    listed = prices.get(chosen.sku)
    shown = offer(listed, levels.get(chosen.sku))
    pictures = gallery(product, chosen)
    seen = shown_picture(pictures, request.GET)
    canonical = f"{settings.PUBLIC_URL}{reverse('product', args=[product.slug])}"
    return {
        "product": product,
        "chosen": chosen,
        "facts": facts(product, chosen),
        "options": option_choices(product, chosen, levels),
        "offer": shown,
        "gallery": pictures,
        "shown_picture": seen,
        "zoom_url": largest_url(seen),
        "crumbs": crumbs(product.breadcrumb, product.title),
        "delivery": delivery_options(
            settings.SHOP_COUNTRY, currency, listed.price.minor if listed else 0
        ),
        "canonical_url": canonical,
        "share_picture": share_picture(pictures),
        "structured_data": structured_data(product, shown, canonical),
    }


def share_picture(pictures: tuple[Picture, ...]) -> str:
    """Returns the absolute address of the largest file of the first picture."""
    url = largest_url(pictures[0] if pictures else None)
    return f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url


def largest_url(picture: Picture | None) -> str:
    return picture.renditions[-1].url if picture and picture.renditions else ""


def structured_data(product: ProductDetail, shown: Offer, canonical: str) -> SafeString:
    """Returns schema.org/Product as JSON-LD: data, not script, so the policy lets it pass."""
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "description": product.description,
        "url": canonical,
    }
    if shown.price is not None:
        in_stock = "InStock" if shown.can_buy else "OutOfStock"
        facts["offers"] = {
            "@type": "Offer",
            "price": str(shown.price).split()[0],
            "priceCurrency": shown.price.currency,
            "availability": f"https://schema.org/{in_stock}",
        }
    # The three characters that could end the element or start markup are written as escapes.
    text = json.dumps(facts).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))
