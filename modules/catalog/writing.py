"""Writes whole products, many at a time: a few statements for hundreds of them.

Importers save thousands of products, and one at a time each would cost a dozen statements.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db.models import Q

from events.database import uncached
from modules.catalog.contracts import (
    AttributeNotFound,
    AttributeValue,
    CategoryNotFound,
    SavePicture,
    SaveProduct,
    SkuTaken,
)
from modules.catalog.domain.attributes import AttributeRule
from modules.catalog.domain.offers import option_names
from modules.catalog.models import (
    Attribute,
    Category,
    Picture,
    PictureRendition,
    Placement,
    Product,
    ProductOption,
    Variant,
    VariantOption,
)
from modules.catalog.models import AttributeValue as AttributeValueRow
from modules.kernel.identity import derived_id

BATCH = 500


def write_products(commands: Sequence[SaveProduct], *, at: datetime) -> dict[str, UUID]:
    """Creates or replaces products with all that belongs to them; returns their ids by slug.

    Must run in a transaction. Of two commands for one slug the later one counts.

    Raises:
        CategoryNotFound, AttributeNotFound, AttributeMismatch, SkuTaken, VariantsUnclear.
    """
    latest = {command.slug: command for command in commands}
    _refuse_shared_skus(latest.values())
    writer = _Writer(at)
    ids: dict[str, UUID] = {}
    for batch in batched(latest.values(), BATCH, strict=False):
        ids |= writer.write(batch)
    return ids


def _refuse_shared_skus(commands: Iterable[SaveProduct]) -> None:
    owners: dict[str, str] = {}
    for command in commands:
        for variant in command.variants:
            owner = owners.setdefault(variant.sku, command.slug)
            if owner != command.slug:
                raise SkuTaken(
                    f"{owner} and {command.slug} both claim the SKU {variant.sku}",
                    sku=variant.sku,
                )


class _Writer:
    """Holds what all batches look up: categories by path and attributes by code."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        with uncached():
            self.categories = dict(Category.objects.values_list("path", "id"))
            self.attributes = {row.code: row for row in Attribute.objects.all()}
        self.rules = {
            row.code: AttributeRule(code=row.code, type=row.type, choices=row.choices)
            for row in self.attributes.values()
        }

    def write(self, commands: Sequence[SaveProduct]) -> dict[str, UUID]:
        options = {command.slug: option_names(command) for command in commands}
        products = self._products(commands)
        variants = self._variants(commands, products)
        owned = [product.id for product in products.values()]
        ProductOption.objects.filter(product_id__in=owned).delete()
        AttributeValueRow.objects.filter(product_id__in=owned).delete()
        Placement.objects.filter(product_id__in=owned).delete()
        self._options(commands, options, products, variants)
        self._attribute_values(commands, products, variants)
        self._pictures(commands, products, variants)
        return {slug: product.id for slug, product in products.items()}

    def _products(self, commands: Sequence[SaveProduct]) -> dict[str, Product]:
        slugs = [command.slug for command in commands]
        # Locked in slug order, so that two savers of the same products wait instead of deadlock.
        known = {
            row.slug: row
            for row in Product.objects.select_for_update().filter(slug__in=slugs).order_by("slug")
        }
        rows = {}
        for command in commands:
            row = known.get(command.slug) or Product(slug=command.slug, created_at=self.at)
            row.title, row.kind, row.series = command.title, command.kind, command.series
            row.description, row.story = command.description, command.story
            row.category_id = self._category_id(command)
            row.status, row.position, row.updated_at = command.status, command.position, self.at
            row.created_at = command.created_at or row.created_at
            rows[command.slug] = row
        Product.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                *("title", "kind", "series", "description", "story", "category"),
                *("status", "position", "created_at", "updated_at"),
            ],
        )
        return rows

    def _category_id(self, command: SaveProduct) -> UUID | None:
        if not command.category:
            return None
        try:
            return self.categories[command.category]
        except KeyError:
            raise CategoryNotFound(
                f"{command.slug} belongs to the category {command.category!r}, which does not "
                "exist; save the category first",
                path=command.category,
            ) from None

    def _variants(
        self, commands: Sequence[SaveProduct], products: dict[str, Product]
    ) -> dict[str, Variant]:
        skus = [variant.sku for command in commands for variant in command.variants]
        owned = [product.id for product in products.values()]
        known = {
            row.sku: row
            for row in Variant.objects.filter(Q(sku__in=skus) | Q(product_id__in=owned))
        }
        rows = {}
        for command in commands:
            product = products[command.slug]
            for variant in command.variants:
                row = known.get(variant.sku) or Variant(sku=variant.sku, product=product)
                if row.product_id != product.id and row.on_sale:
                    raise SkuTaken(
                        f"The SKU {variant.sku} belongs to another product", sku=variant.sku
                    )
                row.product, row.title, row.on_sale = product, variant.title, True
                row.weight_grams, row.position = variant.weight_grams, variant.position
                rows[variant.sku] = row
        dropped = [row.id for sku, row in known.items() if sku not in rows]
        Variant.objects.filter(id__in=dropped).update(on_sale=False)
        Variant.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["product", "title", "on_sale", "weight_grams", "position"],
        )
        return rows

    def _options(
        self,
        commands: Sequence[SaveProduct],
        names: dict[str, tuple[str, ...]],
        products: dict[str, Product],
        variants: dict[str, Variant],
    ) -> None:
        options = {
            (command.slug, name): ProductOption(
                product=products[command.slug], name=name, position=position
            )
            for command in commands
            for position, name in enumerate(names[command.slug])
        }
        ProductOption.objects.bulk_create(options.values())
        VariantOption.objects.bulk_create(
            VariantOption(
                variant=variants[variant.sku], option=options[command.slug, name], value=value
            )
            for command in commands
            for variant in command.variants
            for name, value in variant.options
        )

    def _attribute_values(
        self,
        commands: Sequence[SaveProduct],
        products: dict[str, Product],
        variants: dict[str, Variant],
    ) -> None:
        rows = []
        for command in commands:
            product = products[command.slug]
            rows += [self._value(product, None, *pair) for pair in command.attributes]
            for variant in command.variants:
                row = variants[variant.sku]
                rows += [self._value(product, row, *pair) for pair in variant.attributes]
        AttributeValueRow.objects.bulk_create(rows)

    def _value(
        self, product: Product, variant: Variant | None, code: str, value: AttributeValue
    ) -> AttributeValueRow:
        if code not in self.rules:
            raise AttributeNotFound(
                f"{product.slug} has a value for the attribute {code!r}, which is not defined; "
                "define the attribute first",
                attribute=code,
            )
        self.rules[code].check(value)
        return AttributeValueRow(
            attribute=self.attributes[code],
            product=product,
            variant=variant,
            text=value if isinstance(value, str) else None,
            integer=value if isinstance(value, int) and not isinstance(value, bool) else None,
            boolean=value if isinstance(value, bool) else None,
        )

    def _pictures(
        self,
        commands: Sequence[SaveProduct],
        products: dict[str, Product],
        variants: dict[str, Variant],
    ) -> None:
        placements, pictures = [], {}
        for command in commands:
            product = products[command.slug]
            shown: list[tuple[Variant | None, SavePicture]] = [
                *((None, picture) for picture in command.pictures),
                *((variants[v.sku], picture) for v in command.variants for picture in v.pictures),
            ]
            for position, (variant, picture) in enumerate(shown):
                row = _picture(picture)
                pictures[row.id] = (row, picture)
                placements.append(
                    Placement(
                        picture=row,
                        product=product,
                        variant=variant,
                        role=picture.role,
                        alt=picture.alt,
                        position=position,
                    )
                )
        Picture.objects.bulk_create((row for row, _ in pictures.values()), ignore_conflicts=True)
        PictureRendition.objects.bulk_create(
            (rendition for row, picture in pictures.values() for rendition in _files(row, picture)),
            ignore_conflicts=True,
        )
        Placement.objects.bulk_create(placements)


def _picture(picture: SavePicture) -> Picture:
    largest = max(picture.files, key=lambda file: file.width)
    return Picture(
        id=derived_id("catalog.picture", *sorted(file.sha256 for file in picture.files)),
        colour=picture.colour,
        width=largest.width,
        height=largest.height,
        recipe=picture.recipe,
    )


def _files(row: Picture, picture: SavePicture) -> list[PictureRendition]:
    return [
        PictureRendition(
            picture=row,
            path=file.path,
            width=file.width,
            height=file.height,
            format=file.format,
            bytes=file.bytes,
            sha256=file.sha256,
        )
        for file in picture.files
    ]
