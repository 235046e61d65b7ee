"""Questions to the catalogue. All answers are contracts; nothing is read after they return."""

import json
from collections import defaultdict
from collections.abc import Collection as Group
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from events.database import fetch_any
from modules.catalog.contracts import (
    Browsed,
    BrowseRequest,
    CategoryNode,
    CategoryNotFound,
    CollectionNotFound,
    CollectionSummary,
    Picture,
    ProductCard,
    ProductDetail,
    ProductNotFound,
    SellableVariant,
    SkuPage,
    Suggestion,
    VariantDetail,
)
from modules.catalog.domain.words import words
from modules.catalog.listings import rows_beside, rows_of
from modules.catalog.models import (
    AttributeValue,
    Collection,
    Placement,
    Product,
    Variant,
    VariantOption,
)
from modules.catalog.projections import lead_placement, picture_content, typed_value
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


def product_detail(slug: str) -> ProductDetail:
    """Returns everything the page of an active product shows, but prices and stock.

    Raises:
        ProductNotFound: no such product, or not on sale; `withdrawn` tells which.
    """
    product = Product.objects.select_related("category").filter(slug=slug).first()
    if product is None or product.status == "draft":
        raise ProductNotFound(f"There is no product {slug!r}", slug=slug, withdrawn=False)
    if product.status == "withdrawn":
        raise ProductNotFound(f"{product.title} is no longer sold", slug=slug, withdrawn=True)
    roots = category_tree() if product.category else ()
    breadcrumb = trail(roots, product.category.path) if product.category else ()
    placements = _placements(product_ids=[product.id])
    values = _values(product)
    variants = _variants(product, placements, values)
    return ProductDetail(
        id=product.id,
        slug=product.slug,
        title=product.title,
        kind=product.kind,
        series=product.series,
        description=product.description,
        story=product.story,
        status="active",
        category=breadcrumb[-1] if breadcrumb else None,
        breadcrumb=breadcrumb,
        collections=tuple(
            _summary(row)
            for row in Collection.objects.filter(entries__product=product).order_by(
                "position", "name"
            )
        ),
        option_names=tuple(name for name, _ in variants[0].options) if variants else (),
        attributes=tuple(
            (row.attribute.code, row.attribute.label, typed_value(row)) for row in values[None]
        ),
        variants=variants,
        pictures=_gallery(placements),
        created_at=product.created_at,
    )


def _placements(*, product_ids: Group[UUID]) -> list[Placement]:
    rows = Placement.objects.filter(product_id__in=product_ids).order_by("position")
    return list(rows.select_related("picture").prefetch_related("picture__renditions"))


def _values(product: Product) -> dict[UUID | None, list[AttributeValue]]:
    rows = AttributeValue.objects.filter(product=product).select_related("attribute")
    by_variant: defaultdict[UUID | None, list[AttributeValue]] = defaultdict(list)
    for row in rows.order_by("attribute__position", "attribute__label"):
        by_variant[row.variant_id].append(row)
    return by_variant


def _variants(
    product: Product,
    placements: Sequence[Placement],
    values: dict[UUID | None, list[AttributeValue]],
) -> tuple[VariantDetail, ...]:
    options = _options(VariantOption.objects.filter(option__product=product))
    rows = Variant.objects.filter(product=product, on_sale=True).order_by("position", "sku")
    return tuple(
        VariantDetail(
            id=row.id,
            sku=row.sku,
            title=row.title,
            options=tuple(options[row.id]),
            attributes=tuple(
                (value.attribute.code, typed_value(value)) for value in values.get(row.id, ())
            ),
            weight_grams=row.weight_grams,
            picture=_lead(place for place in placements if place.variant_id == row.id),
        )
        for row in rows
    )


def _options(rows: QuerySet[VariantOption]) -> defaultdict[UUID, list[tuple[str, str]]]:
    by_variant: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for row in sorted(rows.select_related("option"), key=lambda row: row.option.position):
        by_variant[row.variant_id].append((row.option.name, row.value))
    return by_variant


def _lead(placements: Iterable[Placement]) -> Picture | None:
    lead = lead_placement(placements)
    return picture_from(picture_content(lead)) if lead else None


def _gallery(placements: Iterable[Placement]) -> tuple[Picture, ...]:
    """The product's own pictures, main first, then those of variants, each once."""
    ordered = sorted(
        placements,
        key=lambda row: (row.variant_id is not None, row.role != "main", row.position),
    )
    shown: dict[UUID, Picture | None] = {}
    for row in ordered:
        if row.picture_id not in shown:
            shown[row.picture_id] = picture_from(picture_content(row))
    return tuple(picture for picture in shown.values() if picture)


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
# What `projections.picture_content` makes of a variant's leading picture, once it has files.
_OWN_PICTURE = """(
    SELECT json_build_object('id', i.id, 'alt', placed.alt, 'colour', i.colour, 'width', i.width,
        'height', i.height, 'files', (
            SELECT json_agg(json_build_array(f.path, f.width, f.height, f.format)
                ORDER BY f.width, f.format)
            FROM catalog_picturerendition AS f WHERE f.picture_id = i.id))::text
    FROM catalog_placement AS placed JOIN catalog_picture AS i ON i.id = placed.picture_id
    WHERE placed.variant_id = v.id
        AND EXISTS (SELECT FROM catalog_picturerendition AS f WHERE f.picture_id = i.id)
    ORDER BY placed.role <> 'main', placed.position LIMIT 1
)"""
_WITH_PICTURES = _SELLABLE.replace("{own_picture}", _OWN_PICTURE)
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
    wanted = Q(sku__icontains=query) | Q(product__title__icontains=query)
    found = Variant.objects.filter(wanted).order_by("product__title", "position", "sku")
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
    nodes = trail(category_tree(), path)
    if not nodes:
        raise CategoryNotFound(f"There is no category {path!r}", path=path)
    return nodes[-1]


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
