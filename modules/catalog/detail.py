"""Reads a product with all that its page shows by one statement, which the server prepares.

PostgreSQL writes the answer as JSON in the shape of the contract: eight questions through the ORM
took ten times as long, most of it to build SQL and model instances.
"""

from collections.abc import Sequence
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
# The product's own pictures, main first, then those of variants, each once.
_GALLERY = f"""(
    SELECT json_agg({PICTURE} ORDER BY placed.rank) FROM (
        SELECT DISTINCT ON (picture_id) picture_id, alt, rank FROM (
            SELECT picture_id, alt, row_number() OVER (
                ORDER BY variant_id IS NOT NULL, role <> 'main', position, id) AS rank
            FROM catalog_placement WHERE product_id = p.id
        ) AS every ORDER BY picture_id, rank
    ) AS placed JOIN catalog_picture AS i ON i.id = placed.picture_id
    WHERE EXISTS (SELECT FROM catalog_picturerendition AS f WHERE f.picture_id = i.id)
)"""  # noqa: S608
_VALUE = "coalesce(to_json(value.text), to_json(value.integer), to_json(value.boolean))"
_VALUES = """
    FROM catalog_attributevalue AS value
        JOIN catalog_attribute AS named ON named.id = value.attribute_id
    WHERE value.product_id = p.id AND value.variant_id"""
_ORDER = "ORDER BY named.position, named.label"
_VARIANTS = f"""(
    SELECT json_agg(json_build_object('id', v.id, 'sku', v.sku, 'title', v.title,
        'weight_grams', v.weight_grams, 'picture', {OWN_PICTURE},
        'options', (
            SELECT json_agg(json_build_array(named.name, chosen.value) ORDER BY named.position)
            FROM catalog_variantoption AS chosen
                JOIN catalog_productoption AS named ON named.id = chosen.option_id
            WHERE chosen.variant_id = v.id),
        'attributes', (
            SELECT json_agg(json_build_array(named.code, {_VALUE}) {_ORDER}) {_VALUES} = v.id)
    ) ORDER BY v.position, v.sku)
    FROM catalog_variant AS v WHERE v.product_id = p.id AND v.on_sale
)"""  # noqa: S608
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
    'attributes', (
        SELECT json_agg(json_build_array(named.code, named.label, {_VALUE}) {_ORDER})
        {_VALUES} IS NULL),
    'variants', {_VARIANTS}, 'pictures', {_GALLERY})::text
FROM catalog_product AS p LEFT JOIN catalog_category AS c ON c.id = p.category_id
WHERE p.slug = %s
"""  # noqa: S608


class _Variant(msgspec.Struct, frozen=True):
    id: UUID
    sku: str
    title: str
    weight_grams: int
    options: tuple[tuple[str, str], ...] | None
    attributes: tuple[tuple[str, AttributeValue], ...] | None
    picture: dict[str, Any] | None

    def detail(self) -> VariantDetail:
        return VariantDetail(
            id=self.id,
            sku=self.sku,
            title=self.title,
            options=self.options or (),
            attributes=self.attributes or (),
            weight_grams=self.weight_grams,
            picture=picture_from(self.picture),
        )


class ProductRow(msgspec.Struct, frozen=True):
    """A product as the statement answers it; `category` is a path, and None stands for no rows."""

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
    attributes: tuple[tuple[str, str, AttributeValue], ...] | None
    variants: tuple[_Variant, ...] | None
    pictures: tuple[dict[str, Any], ...] | None

    def detail(self, breadcrumb: Sequence[CategoryNode]) -> ProductDetail:
        """Returns the contract; `breadcrumb` leads from the root to the product's category."""
        variants = tuple(variant.detail() for variant in self.variants or ())
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
            attributes=self.attributes or (),
            variants=variants,
            pictures=tuple(_pictures(self.pictures or ())),
            created_at=self.created_at,
        )


_DECODER = msgspec.json.Decoder(ProductRow)


def _pictures(found: Sequence[dict[str, Any]]) -> list[Picture]:
    return [picture for content in found if (picture := picture_from(content)) is not None]


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
