"""Reads a product with all that its page shows by one statement, which the server prepares.

PostgreSQL writes the answer as JSON in the shape of the contract: eight questions through the ORM
took ten times as long, most of it to build SQL and model instances.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.database import fetch
from modules.catalog.contracts import (
    AttributeValue,
    CategoryNode,
    CollectionSummary,
    Picture,
    ProductDetail,
    ProductNotFound,
    VariantDetail,
)
from modules.catalog.reading import picture_from

# What `projections.picture_content` makes of a placed picture `i`.
PICTURE = """json_build_object('id', i.id, 'alt', placed.alt, 'colour', i.colour,
    'width', i.width, 'height', i.height, 'files', (
        SELECT json_agg(json_build_array(f.path, f.width, f.height, f.format)
            ORDER BY f.width, f.format)
        FROM catalog_picturerendition AS f WHERE f.picture_id = i.id))"""
# The leading picture of a variant `v`, once it has files.
OWN_PICTURE = f"""(
    SELECT {PICTURE}
    FROM catalog_placement AS placed JOIN catalog_picture AS i ON i.id = placed.picture_id
    WHERE placed.variant_id = v.id
        AND EXISTS (SELECT FROM catalog_picturerendition AS f WHERE f.picture_id = i.id)
    ORDER BY placed.role <> 'main', placed.position LIMIT 1
)"""  # noqa: S608
# Rows of the whole product and not by variant, which `ProductRow` takes apart: PostgreSQL would go
# through each of these tables once a variant.
_VALUE = "coalesce(to_json(value.text), to_json(value.integer), to_json(value.boolean))"
_PRODUCT = f"""
SELECT json_build_object('id', p.id, 'slug', p.slug, 'title', p.title, 'kind', p.kind,
    'series', p.series, 'description', p.description, 'story', p.story, 'status', p.status,
    'created_at', p.created_at, 'category', c.path,
    'collections', (
        SELECT json_agg(json_build_object('id', k.id, 'name', k.name, 'slug', k.slug,
            'intro', k.intro) ORDER BY k.position, k.name)
        FROM catalog_collectionentry AS entry
            JOIN catalog_collection AS k ON k.id = entry.collection_id
        WHERE entry.product_id = p.id),
    'values', (
        SELECT json_agg(json_build_array(value.variant_id, named.code, named.label, {_VALUE})
            ORDER BY named.position, named.label)
        FROM catalog_attributevalue AS value
            JOIN catalog_attribute AS named ON named.id = value.attribute_id
        WHERE value.product_id = p.id),
    'variants', (
        SELECT json_agg(json_build_array(v.id, v.sku, v.title, v.weight_grams)
            ORDER BY v.position, v.sku)
        FROM catalog_variant AS v WHERE v.product_id = p.id AND v.on_sale),
    'options', (
        SELECT json_agg(json_build_array(chosen.variant_id, named.name, chosen.value)
            ORDER BY named.position)
        FROM catalog_productoption AS named
            JOIN catalog_variantoption AS chosen ON chosen.option_id = named.id
        WHERE named.product_id = p.id),
    'placed', (
        SELECT json_agg(json_build_array(placed.picture_id, placed.variant_id, placed.alt)
            ORDER BY placed.role <> 'main', placed.position, placed.id)
        FROM catalog_placement AS placed WHERE placed.product_id = p.id),
    'pictures', (
        SELECT json_agg(json_build_object('id', i.id, 'colour', i.colour, 'width', i.width,
            'height', i.height, 'files', f.files))
        FROM catalog_picture AS i CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(path, width, height, format)
                ORDER BY width, format) AS files
            FROM catalog_picturerendition WHERE picture_id = i.id) AS f
        WHERE f.files IS NOT NULL
            AND i.id IN (SELECT picture_id FROM catalog_placement WHERE product_id = p.id))
    )::text
FROM catalog_product AS p LEFT JOIN catalog_category AS c ON c.id = p.category_id
WHERE p.slug = %s
"""  # noqa: S608


class _Variant(msgspec.Struct, frozen=True, array_like=True):
    id: UUID
    sku: str
    title: str
    weight_grams: int


class ProductRow(msgspec.Struct, frozen=True):
    """A product as the statement answers it; `category` is a path, and None stands for no rows.

    `values`, `options` and `placed` begin or go on with their variant's id, or with None.
    """

    id: UUID
    slug: str
    title: str
    kind: str
    series: str
    description: str
    story: str
    status: str
    created_at: datetime
    category: str | None
    collections: tuple[CollectionSummary, ...] | None
    values: tuple[tuple[UUID | None, str, str, AttributeValue], ...] | None
    variants: tuple[_Variant, ...] | None
    options: tuple[tuple[UUID, str, str], ...] | None
    placed: tuple[tuple[str, UUID | None, str], ...] | None
    pictures: tuple[dict[str, Any], ...] | None

    def detail(self, breadcrumb: Sequence[CategoryNode]) -> ProductDetail:
        """Returns the contract; `breadcrumb` leads from the root to the product's category."""
        variants = tuple(self._variants())
        return ProductDetail(
            id=self.id,
            slug=self.slug,
            title=self.title,
            kind=self.kind,
            series=self.series,
            description=self.description,
            story=self.story,
            status="active",
            category=breadcrumb[-1] if breadcrumb else None,
            breadcrumb=tuple(breadcrumb),
            collections=self.collections or (),
            option_names=tuple(name for name, _ in variants[0].options) if variants else (),
            attributes=tuple(
                (code, label, value)
                for variant, code, label, value in self.values or ()
                if variant is None
            ),
            variants=variants,
            pictures=tuple(self._gallery()),
            created_at=self.created_at,
        )

    def _variants(self) -> Iterator[VariantDetail]:
        options: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
        for owned_by, name, chosen in self.options or ():
            options[owned_by].append((name, chosen))
        values: defaultdict[UUID | None, list[tuple[str, AttributeValue]]] = defaultdict(list)
        for owner, code, _, value in self.values or ():
            values[owner].append((code, value))
        leading: dict[UUID | None, Picture] = {}
        for owner, picture in self._placed():
            leading.setdefault(owner, picture)
        for variant in self.variants or ():
            yield VariantDetail(
                id=variant.id,
                sku=variant.sku,
                title=variant.title,
                options=tuple(options[variant.id]),
                attributes=tuple(values[variant.id]),
                weight_grams=variant.weight_grams,
                picture=leading.get(variant.id),
            )

    def _gallery(self) -> Iterator[Picture]:
        """Yields the product's own pictures, main first, then those of variants, each once."""
        seen = set()
        for _, picture in sorted(self._placed(), key=lambda placed: placed[0] is not None):
            if picture.id not in seen:
                seen.add(picture.id)
                yield picture

    def _placed(self) -> Iterator[tuple[UUID | None, Picture]]:
        """Yields what is placed where, main pictures first; pictures without files are not."""
        known = {picture["id"]: picture for picture in self.pictures or ()}
        for picture_id, variant, alt in self.placed or ():
            if picture_id in known:
                picture = picture_from(known[picture_id] | {"alt": alt})
                assert picture is not None
                yield variant, picture


_DECODER = msgspec.json.Decoder(ProductRow)


def product_row(slug: str) -> ProductRow:
    """Returns what is known of an active product, by one statement.

    Raises:
        ProductNotFound: no such product, or not on sale; `withdrawn` tells which.
    """
    rows = fetch(_PRODUCT, (slug,))
    product = _DECODER.decode(rows[0][0]) if rows else None
    if product is None or product.status == "draft":
        raise ProductNotFound(f"There is no product {slug!r}", slug=slug, withdrawn=False)
    if product.status == "withdrawn":
        raise ProductNotFound(f"{product.title} is no longer sold", slug=slug, withdrawn=True)
    return product
