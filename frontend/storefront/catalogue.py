"""Home, category, collection, search and product pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from frontend.htmx import page
from frontend.presenting import cards, crumbs, facet, shown_count
from frontend.storefront.browsing import SORTS, BrowseForm, shown_filters
from modules.catalog.contracts import CategoryNode, ProductNotFound
from modules.catalog.selectors import (
    browse,
    category,
    category_tree,
    collection,
    collections,
    product_detail,
    related_products,
    suggestions,
)
from modules.inventory.selectors import stock_levels
from modules.pricing.selectors import listed_prices
from modules.shipping.selectors import delivery_options


def home(request: HttpRequest) -> HttpResponse:
    currency = settings.SHOP_CURRENCY
    featured = browse(BrowseForm({}).request(currency, page_size=8))
    newest = browse(BrowseForm({"sort": "newest"}).request(currency, page_size=4))
    return page(
        request,
        "storefront/home.html",
        {
            "featured": cards(featured.products),
            "newest": cards(newest.products),
            "categories": category_tree(),
            "collections": collections(),
        },
    )


def listing(request: HttpRequest, heading: dict[str, object], **scope: str) -> HttpResponse:
    """Answers a list of products with its facets: the whole page, or its results to htmx."""
    form = BrowseForm(request.GET)
    asked = form.request(settings.SHOP_CURRENCY, **scope)
    found = browse(asked)
    context = {
        **heading,
        "found": found,
        "asked": asked,
        "cards": cards(found.products),
        "facets": [facet(each) for each in found.facets],
        "filters": shown_filters(request, found),
        "sorts": SORTS,
        "clear_url": request.path,
        "shown": shown_count(found, asked.page_size),
        "next_url": form.next_url(found),
    }
    return page(request, "storefront/listing.html", context, partial="results")


def category_page(request: HttpRequest, path: str) -> HttpResponse:
    node = category(path)
    heading = {
        "title": node.name,
        "intro": node.intro,
        "category": node,
        "crumbs": crumbs(trail(path), node.name),
    }
    return listing(request, heading, category=node.path)


def trail(path: str) -> tuple[CategoryNode, ...]:
    """Returns the categories above `path`, outermost first."""
    parts = path.split("/")
    return tuple(category("/".join(parts[:depth])) for depth in range(1, len(parts)))


def collection_page(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = collection(slug)
    heading = {"title": chosen.name, "intro": chosen.intro, "crumbs": crumbs((), chosen.name)}
    return listing(request, heading, collection=chosen.slug)


def search_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    title = f"Search: {query}" if query else "All pieces"
    heading = {"title": title, "intro": "", "query": query, "crumbs": crumbs((), title)}
    return listing(request, heading, query=query)


def suggest(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    found = suggestions(query) if len(query) >= 2 else ()
    return render(request, "storefront/suggestions.html", {"suggestions": found, "query": query})


def product_page(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        product = product_detail(slug)
    except ProductNotFound as refusal:
        status = 410 if refusal.fields.get("withdrawn") else 404
        return render(request, f"errors/{status}.html", status=status)
    currency = settings.SHOP_CURRENCY
    skus = [variant.sku for variant in product.variants]
    prices, levels = listed_prices(skus, currency), stock_levels(skus)
    return page(
        request,
        "storefront/product.html",
        {
            "product": product,
            "prices": prices,
            "levels": levels,
            "related": related_products(slug, currency),
            "delivery": delivery_options(settings.SHOP_COUNTRY, currency, 0),
        },
        partial="choice",
    )
