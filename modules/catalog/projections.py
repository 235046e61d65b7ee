"""The read models that lists and searches are answered from, refreshed in the command's own
transaction, so that whoever saves a product finds it."""

from collections import Counter, defaultdict
from collections.abc import Collection as Group
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch

from events.database import uncached
from modules.catalog.domain.attributes import BUILT_IN_FACETS, facet_token
from modules.catalog.domain.offers import best_availability, price_span
from modules.catalog.domain.words import trigrams, words
from modules.catalog.models import (
    Attribute,
    AttributeValue,
    Listing,
    ListingPrice,
    Placement,
    Product,
    Term,
    Variant,
    VariantOption,
    VariantPrice,
)

BATCH = 500
_MAX_WORD_LENGTH = 100

_ADD_USES = """
INSERT INTO catalog_term (term, trigrams, uses) VALUES (%s, %s, %s)
ON CONFLICT (term) DO UPDATE SET uses = catalog_term.uses + EXCLUDED.uses
"""

_COUNT_PRODUCTS = """
UPDATE catalog_category AS category SET product_count = counted.n
FROM (
    SELECT known.id, count(here.path) AS n
    FROM catalog_category AS known
    LEFT JOIN (
        SELECT unnest(categories) AS path FROM catalog_listing WHERE visible
    ) AS here ON here.path = known.path
    GROUP BY known.id
) AS counted
WHERE counted.id = category.id AND counted.n <> category.product_count
"""


def refresh_listings(product_ids: Group[UUID]) -> None:
    """Derives the listings of these products anew, with vocabulary and category counts."""
    uses: Counter[str] = Counter()
    for batch in batched(sorted(product_ids), BATCH, strict=False):
        uses.update(_refresh_batch(batch))
    _count_terms(uses)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_PRODUCTS)


def refresh_offers(product_ids: Iterable[UUID], *, prices: bool) -> None:
    """Derives availability, and price spans if `prices`, of these products from their variants."""
    for batch in batched(sorted(product_ids), BATCH, strict=False):
        # The lock makes the later of two refreshes see what the earlier one wrote.
        list(_locked(batch))
        if prices:
            _write_prices(batch)
        _write_availability(batch)


def _locked(ids: Group[UUID]) -> Iterable[tuple[UUID, bool, list[str]]]:
    rows = Listing.objects.select_for_update().filter(product_id__in=ids).order_by("product_id")
    return rows.values_list("product_id", "visible", "words")


def _refresh_batch(ids: Group[UUID]) -> Counter[str]:
    uses: Counter[str] = Counter()
    for _, visible, old in _locked(ids):
        uses.subtract(old if visible else ())
    source = _Source.of(ids)
    rows = [source.listing(product) for product in source.products]
    for row in rows:
        uses.update(row.words if row.visible else ())
    Listing.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=[
            *("visible", "categories", "facets", "position", "created_at", "card"),
            *("text_a", "text_b", "text_c", "words"),
        ],
    )
    _write_prices(ids)
    _write_availability(ids)
    return uses


def _count_terms(uses: Counter[str]) -> None:
    # In the order of the key, so that two writers meet on the first shared term and none deadlocks.
    changed = [(term, trigrams(term), count) for term, count in sorted(uses.items()) if count]
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_ADD_USES, changed)
    Term.objects.filter(uses__lte=0).delete()


def _write_prices(ids: Group[UUID]) -> None:
    prices: defaultdict[tuple[UUID, str], list[tuple[int, int | None]]] = defaultdict(list)
    for product_id, currency, price, compare_at in VariantPrice.objects.filter(
        variant__product_id__in=ids, variant__on_sale=True
    ).values_list("variant__product_id", "currency", "price_minor", "compare_at_minor"):
        prices[product_id, currency].append((price, compare_at))
    ListingPrice.objects.filter(product_id__in=ids).delete()
    rows = []
    for (product_id, currency), offered in prices.items():
        span = price_span(offered)
        rows.append(
            ListingPrice(
                product_id=product_id,
                currency=currency,
                lowest_minor=span.lowest_minor,
                highest_minor=span.highest_minor,
                compare_at_minor=span.compare_at_minor,
            )
        )
    ListingPrice.objects.bulk_create(rows)


def _write_availability(ids: Group[UUID]) -> None:
    of_variants = defaultdict(list)
    for product_id, availability in Variant.objects.filter(
        product_id__in=ids, on_sale=True
    ).values_list("product_id", "availability"):
        of_variants[product_id].append(availability)
    by_availability = defaultdict(list)
    for product_id in ids:
        by_availability[best_availability(of_variants[product_id])].append(product_id)
    for availability, members in by_availability.items():
        Listing.objects.filter(product_id__in=members).exclude(availability=availability).update(
            availability=availability
        )


@dataclass(kw_only=True)
class _Source:
    """All that the listings of a batch are derived from, read in a handful of statements."""

    products: list[Product]
    facet_codes: set[str]
    skus: defaultdict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    variant_titles: defaultdict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    tokens: defaultdict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: defaultdict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    pictures: defaultdict[UUID, list[Placement]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, ids: Group[UUID]) -> "_Source":
        with uncached():
            facets = Attribute.objects.filter(facet=True).values_list("code", flat=True)
            source = cls(
                products=list(Product.objects.filter(id__in=ids).select_related("category")),
                facet_codes=set(facets),
            )
        for product_id, sku, title in (
            Variant.objects.filter(product_id__in=ids, on_sale=True)
            .order_by("position", "sku")
            .values_list("product_id", "sku", "title")
        ):
            source.skus[product_id].append(sku)
            source.variant_titles[product_id].append(title)
        for product_id, name, value in VariantOption.objects.filter(
            option__product_id__in=ids, variant__on_sale=True
        ).values_list("option__product_id", "option__name", "value"):
            source._take(product_id, "-".join(words(name)), value)
        for row in AttributeValue.objects.filter(product_id__in=ids).select_related("attribute"):
            if row.variant_id is None or row.text is not None or row.attribute.facet:
                source._take(row.product_id, row.attribute.code, typed_value(row))
        placements = Placement.objects.filter(product_id__in=ids).order_by("position")
        for placement in placements.select_related("picture").prefetch_related(
            Prefetch("picture__renditions")
        ):
            source.pictures[placement.product_id].append(placement)
        return source

    def _take(self, product_id: UUID, code: str, value: str | int | bool) -> None:
        if code in self.facet_codes:
            self.tokens[product_id].add(facet_token(code, value))
        if isinstance(value, str):
            self.values[product_id].append(value)

    def listing(self, product: Product) -> Listing:
        path = product.category.path if product.category else ""
        tokens = self.tokens[product.id] | {
            facet_token(code, value)
            for code in BUILT_IN_FACETS
            if (value := getattr(product, code))
        }
        skus = self.skus[product.id]
        category = product.category.name if product.category else ""
        values = dict.fromkeys(self.values[product.id])
        texts = [
            words(" ".join(parts))
            for parts in (
                (product.title, *skus),
                (product.series, product.kind, *self.variant_titles[product.id]),
                (product.description, product.story, category, *values),
            )
        ]
        # A part number may also be typed in one piece; as a word of the language it counts not.
        joined = ["".join(words(sku)) for sku in skus]
        return Listing(
            product=product,
            visible=product.status == "active",
            categories=ancestor_paths(path),
            facets=sorted(tokens),
            position=product.position,
            created_at=product.created_at,
            card=self._card(product),
            text_a=" ".join([*texts[0], *joined]),
            text_b=" ".join(texts[1]),
            text_c=" ".join(texts[2]),
            words=_vocabulary(texts),
        )

    def _card(self, product: Product) -> dict[str, Any]:
        skus = self.skus[product.id]
        main = lead_placement(self.pictures[product.id])
        hover = next((row for row in self.pictures[product.id] if row.role == "hover"), None)
        return {
            "slug": product.slug,
            "title": product.title,
            "kind": product.kind,
            "series": product.series,
            "single_sku": skus[0] if len(skus) == 1 else "",
            "picture": picture_content(main) if main else None,
            "hover_picture": picture_content(hover) if hover else None,
        }


def ancestor_paths(path: str) -> list[str]:
    """Returns the paths from the root to this category: `a/b` gives `a` and `a/b`."""
    slugs = path.split("/") if path else []
    return ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]


def typed_value(row: AttributeValue) -> str | int | bool:
    """Returns the one value that the row holds."""
    if row.text is not None:
        return row.text
    if row.integer is not None:
        return row.integer
    return bool(row.boolean)


def lead_placement(placements: Iterable[Placement]) -> Placement | None:
    """Returns what stands for the product: its own main picture, else a variant's, else any."""
    ready = [row for row in placements if list(row.picture.renditions.all())]
    return min(
        ready,
        key=lambda row: (row.role != "main", row.variant_id is not None, row.position),
        default=None,
    )


def picture_content(placement: Placement) -> dict[str, Any] | None:
    """Returns a placed picture as plain data, files smallest first; None before it is rendered."""
    picture = placement.picture
    files = sorted(picture.renditions.all(), key=lambda file: (file.width, file.format))
    if not files:
        return None
    return {
        "id": str(picture.id),
        "alt": placement.alt,
        "colour": picture.colour,
        "width": picture.width,
        "height": picture.height,
        "files": [[file.path, file.width, file.height, file.format] for file in files],
    }


def _vocabulary(texts: Iterable[list[str]]) -> list[str]:
    return sorted({word for text in texts for word in text if 1 < len(word) <= _MAX_WORD_LENGTH})
