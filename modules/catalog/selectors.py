"""Questions to the catalogue. All answers are contracts; nothing is read after they return."""

import json
from collections.abc import Collection as Group
from collections.abc import Sequence

from django.db.models import Q

from events.database import fetch_any
from modules.catalog.contracts import (
    Browsed,
    BrowseRequest,
    CategoryNode,
    CategoryNotFound,
    CollectionNotFound,
    CollectionSummary,
    ProductCard,
    ProductDetail,
    SellableVariant,
    SkuPage,
    Suggestion,
)
from modules.catalog.detail import OWN_PICTURE, product_row
from modules.catalog.domain.words import words
from modules.catalog.listings import rows_beside, rows_of
from modules.catalog.models import Collection, Product, Variant
from modules.catalog.reading import card_from, category_nodes, category_rows, picture_from, trail
from modules.catalog.searching import Question
from modules.catalog.wording import suggested_rows, wording


def browse(request: BrowseRequest) -> Browsed:
    """Returns a page of products on sale with a price in the currency, and how to narrow them.

    A page past the end is the last page. With a query, `featured` sorts by relevance.

    Raises:
        CategoryNotFound, CollectionNotFound: the place to browse does not exist.
    """
    question = Question(request=request, wording=wording(request.query))
    total, facets = question.count()
    if total == 0 and not facets:
        _check_place(request)
    size = max(1, request.page_size)
    pages = max(1, -(-total // size))
    page = min(max(1, request.page), pages)
    rows = question.page(limit=size, offset=(page - 1) * size) if total else []
    return Browsed(
        products=tuple(card_from(row, request.currency) for row in rows),
        total=total,
        page=page,
        pages=pages,
        facets=facets,
        corrected_query=question.wording.corrected,
    )


def _check_place(request: BrowseRequest) -> None:
    if request.category:
        category(request.category)
    if request.collection:
        collection(request.collection)


def product_detail(slug: str, tree: Sequence[CategoryNode] | None = None) -> ProductDetail:
    """Returns everything the page of an active product shows, but prices and stock.

    One statement, and another for the categories unless the caller has read their `tree`.

    Raises:
        ProductNotFound: no such product, or not on sale; `withdrawn` tells which.
    """
    row = product_row(slug)
    if row.category is None:
        return row.detail(())
    return row.detail(trail(category_tree() if tree is None else tree, row.category))


# By hand, because every basket asks it: the ORM takes longer to build it than PostgreSQL to answer.
_SELLABLE = """
    SELECT v.sku, v.product_id, p.slug, p.title,
        ARRAY(SELECT o.value FROM catalog_variantoption AS o
            JOIN catalog_productoption AS named ON named.id = o.option_id
            WHERE o.variant_id = v.id ORDER BY named.position),
        v.on_sale AND p.status = 'active', v.weight_grams,
        coalesce({own_picture}, (l.card -> 'picture')::text), c.path
    FROM catalog_variant AS v JOIN catalog_product AS p ON p.id = v.product_id
        LEFT JOIN catalog_listing AS l ON l.product_id = p.id
        LEFT JOIN catalog_category AS c ON c.id = p.category_id
    WHERE v.sku IN {keys}
"""
_WITH_PICTURES = _SELLABLE.replace("{own_picture}", f"{OWN_PICTURE}::text")
_WITHOUT_PICTURES = _SELLABLE.replace("{own_picture}", "NULL")


def sellable_variants(skus: Group[str], *, pictures: bool = True) -> dict[str, SellableVariant]:
    """Returns what baskets and orders need of each known SKU; unknown ones are missing. One query.

    A variant that was dropped, or whose product is not active, is there with `on_sale` False.
    Without `pictures` it comes with its product's, which is read faster.
    """
    rows = fetch_any(_WITH_PICTURES if pictures else _WITHOUT_PICTURES, list(skus))
    return {
        sku: SellableVariant(
            sku=sku,
            product_id=product_id,
            product_slug=slug,
            title=title,
            options_text=" / ".join(options),
            on_sale=on_sale,
            weight_grams=weight_grams,
            picture=picture_from(json.loads(picture or "null")),
            category=category or "",
        )
        for sku, product_id, slug, title, options, on_sale, weight_grams, picture, category in rows
    }


def known_skus(skus: Group[str]) -> frozenset[str]:
    """Returns those of `skus` that name a variant, on sale or not; one query."""
    return frozenset(Variant.objects.filter(sku__in=skus).values_list("sku", flat=True))


def sku_list(query: str = "", *, page: int = 1, page_size: int = 50) -> SkuPage:
    """Returns SKUs that contain `query`, or whose product's title does; two queries.

    On sale or not. A page past the end is the last one.
    """
    found = Variant.objects.order_by("product__title", "position", "sku")
    if query:
        found = found.filter(Q(sku__icontains=query) | Q(product__title__icontains=query))
    total = found.count()
    pages = max(1, -(-total // page_size))
    page = min(max(1, page), pages)
    rows = found.values_list("sku", flat=True)[(page - 1) * page_size : page * page_size]
    return SkuPage(skus=tuple(rows), total=total, page=page, pages=pages)


def category_tree() -> tuple[CategoryNode, ...]:
    """Returns the root categories with all below them."""
    return category_nodes(category_rows())


def category(path: str) -> CategoryNode:
    """Returns the category at `path` with all below it.

    Raises:
        CategoryNotFound: there is none.
    """
    return category_trail(path)[-1]


def category_trail(
    path: str, tree: Sequence[CategoryNode] | None = None
) -> tuple[CategoryNode, ...]:
    """Returns the categories from the root down to `path`; `tree` as `product_detail` takes it.

    Raises:
        CategoryNotFound: there is none.
    """
    nodes = trail(category_tree() if tree is None else tree, path)
    if not nodes:
        raise CategoryNotFound(f"There is no category {path!r}", path=path)
    return nodes


def collections() -> tuple[CollectionSummary, ...]:
    """Returns all collections in their order."""
    return tuple(_summary(row) for row in Collection.objects.order_by("position", "name"))


def collection(slug: str) -> CollectionSummary:
    """Returns the collection with this slug.

    Raises:
        CollectionNotFound: there is none.
    """
    row = Collection.objects.filter(slug=slug).first()
    if row is None:
        raise CollectionNotFound(f"There is no collection {slug!r}", slug=slug)
    return _summary(row)


def _summary(row: Collection) -> CollectionSummary:
    return CollectionSummary(id=row.id, name=row.name, slug=row.slug, intro=row.intro)


def suggestions(query: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Returns up to `limit` places that the words typed so far lead to: products, then up to two
    categories, then up to two longer words to search for."""
    meant = wording(query)
    if not meant.tsquery:
        return ()
    products, terms = suggested_rows(meant, limit=limit)
    others = (*_matching_categories(meant.words), *terms)[: max(0, min(4, limit - 1))]
    found = [
        Suggestion(
            kind="product",
            title=card["title"],
            url_path=f"/products/{card['slug']}/",
            picture=picture_from(card["picture"]),
        )
        for card in products[: limit - len(others)]
    ]
    return (*found, *others)


def _matching_categories(asked: Sequence[str]) -> list[Suggestion]:
    found = []
    remaining = list(category_tree())
    while remaining:
        node = remaining.pop(0)
        remaining.extend(node.children)
        named = words(node.name)
        if all(any(name.startswith(word) for name in named) for word in asked):
            found.append(
                Suggestion(kind="category", title=node.name, url_path=f"/categories/{node.path}/")
            )
    return found[:2]


def product_cards(slugs: Sequence[str], currency: str) -> tuple[ProductCard, ...]:
    """Returns the cards of these products in the given order; those not on sale are left out."""
    rows = rows_of(list(slugs), currency=currency)
    cards = {card.slug: card for card in (card_from(row, currency) for row in rows)}
    return tuple(cards[slug] for slug in dict.fromkeys(slugs) if slug in cards)


def related_products(slug: str, currency: str, limit: int = 4) -> tuple[ProductCard, ...]:
    """Returns products to show beside this one: of its series, its category, or alike."""
    rows = rows_beside(slug, currency=currency, limit=limit)
    return tuple(card_from(row, currency) for row in rows)


def catalogue_size() -> int:
    """Returns how many products there are, on sale or not; zero tells an empty shop."""
    return Product.objects.count()
