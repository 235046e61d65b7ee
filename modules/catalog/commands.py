"""What may be done to the catalogue. Each command is one transaction: all of it or nothing."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from modules.catalog.contracts import (
    AttributeMismatch,
    CategoryNotFound,
    DefineAttribute,
    ProductNotFound,
    SaveCategory,
    SaveCollection,
    SaveProduct,
    UpdateListing,
    VariantNotFound,
)
from modules.catalog.models import (
    Attribute,
    AttributeValue,
    Category,
    Collection,
    CollectionEntry,
    Product,
    ProductOption,
    Variant,
    VariantPrice,
)
from modules.catalog.projections import refresh_listings, refresh_offers
from modules.catalog.writing import write_products
from modules.kernel.clock import now


@transaction.atomic
def save_category(command: SaveCategory) -> UUID:
    """Creates the category at `path`, or renames and reorders the one that is there.

    Raises:
        CategoryNotFound: the category above it does not exist yet.
    """
    above, _, _ = command.path.rpartition("/")
    parent = Category.objects.filter(path=above).first() if above else None
    if above and parent is None:
        raise CategoryNotFound(
            f"The category {above!r} does not exist; save it before {command.path!r}", path=above
        )
    values = {"name": command.name, "intro": command.intro, "position": command.position}
    category, created = Category.objects.update_or_create(
        path=command.path,
        defaults=values,
        create_defaults={**values, "parent": parent},
    )
    if not created:
        refresh_listings(Product.objects.filter(category=category).values_list("id", flat=True))
    return category.id


@transaction.atomic
def save_collection(command: SaveCollection) -> UUID:
    """Creates or replaces the collection with this slug; products keep the given order.

    Raises:
        ProductNotFound: a slug is not one of a product; field: `slug`.
    """
    ids = dict(Product.objects.filter(slug__in=command.product_slugs).values_list("slug", "id"))
    for slug in command.product_slugs:
        if slug not in ids:
            raise ProductNotFound(f"There is no product {slug!r} to collect", slug=slug)
    collection, _ = Collection.objects.update_or_create(
        slug=command.slug,
        defaults={"name": command.name, "intro": command.intro, "position": command.position},
    )
    collection.entries.all().delete()
    CollectionEntry.objects.bulk_create(
        CollectionEntry(collection=collection, product_id=ids[slug], position=position)
        for position, slug in enumerate(dict.fromkeys(command.product_slugs))
    )
    return collection.id


@transaction.atomic
def define_attribute(command: DefineAttribute) -> UUID:
    """Creates or redefines an attribute. Values that products already have keep their type.

    Raises:
        AttributeMismatch: products have values of the former type.
    """
    before = Attribute.objects.select_for_update().filter(code=command.code).first()
    used = AttributeValue.objects.filter(attribute=before) if before else None
    if before and used and before.type != command.type:
        raise AttributeMismatch(
            f"Products have {before.type} values for {command.code}, so it cannot become "
            f"{command.type}; define another attribute",
            attribute=command.code,
            type=before.type,
        )
    attribute, _ = Attribute.objects.update_or_create(
        code=command.code,
        defaults={
            "label": command.label,
            "type": command.type,
            "facet": command.facet,
            "position": command.position,
            "choices": list(command.choices),
        },
    )
    if command.facet != bool(before and before.facet):
        having = set(attribute.values.values_list("product_id", flat=True))
        options = ProductOption.objects.filter(name__iexact=command.code.replace("-", " "))
        refresh_listings(having | set(options.values_list("product_id", flat=True)))
    return attribute.id


def save_product(command: SaveProduct) -> UUID:
    """Creates or replaces the product with this slug, its variants and its pictures.

    Variants it no longer has stay known by their SKU, off sale.

    Raises:
        CategoryNotFound, AttributeNotFound: to be saved first.
        AttributeMismatch, VariantsUnclear, SkuTaken: what is wrong with the product.
    """
    return save_products([command])[0]


@transaction.atomic
def save_products(commands: Sequence[SaveProduct]) -> tuple[UUID, ...]:
    """Saves many products as `save_product` does, all or none; returns ids in the given order."""
    ids = write_products(commands, at=now())
    refresh_listings(set(ids.values()))
    return tuple(ids[command.slug] for command in commands)


@transaction.atomic
def withdraw_product(slug: str) -> None:
    """Takes a product off sale for good; its page says so, and orders keep what they sold.

    Raises:
        ProductNotFound: no product has this slug.
    """
    product = Product.objects.select_for_update().filter(slug=slug).first()
    if product is None:
        raise ProductNotFound(f"There is no product {slug!r}", slug=slug)
    if product.status != "withdrawn":
        product.status, product.updated_at = "withdrawn", now()
        product.save(update_fields=["status", "updated_at"])
        refresh_listings([product.id])


def update_listing(command: UpdateListing) -> None:
    """Takes over a listed price or availability of a SKU, to sort and filter by.

    Raises:
        VariantNotFound: no variant has this SKU.
    """
    update_listings([command])


@transaction.atomic
def update_listings(commands: Sequence[UpdateListing]) -> None:
    """Takes over many listed prices and availabilities at once; the later of two counts.

    Raises:
        VariantNotFound: no variant has one of the SKUs; nothing is taken over.
    """
    skus = {command.sku for command in commands}
    variants = {row.sku: row for row in Variant.objects.filter(sku__in=skus)}
    if missing := sorted(skus - variants.keys()):
        raise VariantNotFound(
            f"No variant has the SKU {missing[0]} ({len(missing)} unknown)", sku=missing[0]
        )
    prices: dict[tuple[UUID, str], VariantPrice] = {}
    available: dict[UUID, str] = {}
    for command in commands:
        variant = variants[command.sku]
        if command.price is not None:
            compare_at = command.compare_at.minor if command.compare_at else None
            prices[variant.id, command.price.currency] = VariantPrice(
                variant=variant,
                currency=command.price.currency,
                price_minor=command.price.minor,
                compare_at_minor=compare_at,
            )
        elif command.compare_at is not None:
            VariantPrice.objects.filter(
                variant=variant, currency=command.compare_at.currency
            ).update(compare_at_minor=command.compare_at.minor)
        if command.availability is not None:
            available[variant.id] = command.availability
    VariantPrice.objects.bulk_create(
        prices.values(),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["variant", "currency"],
        update_fields=["price_minor", "compare_at_minor"],
    )
    _write_availability(available)
    refresh_offers({row.product_id for row in variants.values()})


def _write_availability(available: dict[UUID, str]) -> None:
    by_availability = defaultdict(list)
    for variant_id, availability in sorted(available.items()):
        by_availability[availability].append(variant_id)
    for availability, ids in by_availability.items():
        Variant.objects.filter(id__in=ids).update(availability=availability)
