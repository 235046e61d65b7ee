"""What may be done to the catalogue. Each command is one transaction: all of it or nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.transaction import atomic

from events.commands import command
from events.outbox import emit
from modules.catalog.contracts import (
    AddPicture,
    AttributeMismatch,
    CatalogueBusy,
    CategoryNotFound,
    DefineAttribute,
    KeepRenditions,
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
    Picture,
    PictureRendition,
    Placement,
    Product,
    ProductOption,
    Variant,
    VariantPrice,
)
from modules.catalog.projections import refresh_listings, refresh_offers
from modules.catalog.renditions import keep, measure, render
from modules.catalog.writing import write_products
from modules.kernel.clock import now
from modules.kernel.identity import derived_id


@command
def save_category(message: SaveCategory) -> UUID:
    """Creates the category at `path`, or renames and reorders the one that is there.

    Raises:
        CategoryNotFound: the category above it does not exist yet.
    """
    above, _, _ = message.path.rpartition("/")
    # Locked rows are read past the cache of slow-moving tables.
    rows = Category.objects.select_for_update()
    parent = rows.filter(path=above).first() if above else None
    if above and parent is None:
        raise CategoryNotFound(
            f"The category {above!r} does not exist; save it before {message.path!r}", path=above
        )
    values = {"name": message.name, "intro": message.intro, "position": message.position}
    before = rows.filter(path=message.path).first()
    category, _ = Category.objects.update_or_create(
        path=message.path,
        defaults=values,
        create_defaults={**values, "parent": parent},
    )
    if before and before.name != message.name:
        refresh_listings(Product.objects.filter(category=category).values_list("id", flat=True))
    return category.id


@command
def save_collection(message: SaveCollection) -> UUID:
    """Creates or replaces the collection with this slug; products keep the given order.

    Raises:
        ProductNotFound: a slug is not one of a product; field: `slug`.
    """
    ids = dict(Product.objects.filter(slug__in=message.product_slugs).values_list("slug", "id"))
    for slug in message.product_slugs:
        if slug not in ids:
            raise ProductNotFound(f"There is no product {slug!r} to collect", slug=slug)
    collection, _ = Collection.objects.update_or_create(
        slug=message.slug,
        defaults={"name": message.name, "intro": message.intro, "position": message.position},
    )
    collection.entries.all().delete()
    CollectionEntry.objects.bulk_create(
        CollectionEntry(collection=collection, product_id=ids[slug], position=position)
        for position, slug in enumerate(dict.fromkeys(message.product_slugs))
    )
    return collection.id


@command
def define_attribute(message: DefineAttribute) -> UUID:
    """Creates or redefines an attribute. Values that products already have keep their type.

    Raises:
        AttributeMismatch: products have values of the former type.
    """
    before = Attribute.objects.select_for_update().filter(code=message.code).first()
    retyped = before is not None and before.type != message.type
    if before and retyped and AttributeValue.objects.filter(attribute=before).exists():
        raise AttributeMismatch(
            f"Products have {before.type} values for {message.code}, so it cannot become "
            f"{message.type}; define another attribute",
            attribute=message.code,
            type=before.type,
        )
    attribute, _ = Attribute.objects.update_or_create(
        code=message.code,
        defaults={
            "label": message.label,
            "type": message.type,
            "facet": message.facet,
            "position": message.position,
            "choices": list(message.choices),
        },
    )
    if message.facet != bool(before and before.facet):
        having = set(attribute.values.values_list("product_id", flat=True))
        options = ProductOption.objects.filter(name__iexact=message.code.replace("-", " "))
        refresh_listings(having | set(options.values_list("product_id", flat=True)))
    return attribute.id


@command
def save_product(message: SaveProduct) -> UUID:
    """Creates or replaces the product with this slug, its variants and its pictures.

    Variants it no longer has stay known by their SKU, off sale.

    Raises:
        CategoryNotFound, AttributeNotFound: to be saved first.
        AttributeMismatch, VariantsUnclear, SkuTaken: what is wrong with the product.
    """
    return save_products([message])[0]


@atomic
def save_products(commands: Sequence[SaveProduct]) -> tuple[UUID, ...]:
    """Saves many products as `save_product` does, all or none; returns ids in the given order.

    Raises:
        CatalogueBusy: somebody else was saving one of them for the first time.
    """
    try:
        ids = write_products(commands, at=now())
    except IntegrityError as error:
        raise CatalogueBusy(
            "One of these products was being saved by somebody else: look, and save again"
        ) from error
    refresh_listings(set(ids.values()))
    return tuple(ids[message.slug] for message in commands)


@command
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


@command
def add_picture(message: AddPicture) -> UUID:
    """Places an uploaded picture on a product; it is seen as soon as its files are rendered.

    Raises:
        ProductNotFound: no product has this slug.
        PictureUnreadable: the bytes are no picture, or too large.
    """
    product = Product.objects.select_for_update().filter(slug=message.product_slug).first()
    if product is None:
        raise ProductNotFound(
            f"There is no product {message.product_slug!r}", slug=message.product_slug
        )
    measured = measure(message.content)
    master, digest = keep(message.content, folder=_masters(), suffix="master")
    picture, _ = Picture.objects.get_or_create(
        id=derived_id("catalog.picture", digest),
        defaults={
            "colour": measured.colour,
            "width": measured.width,
            "height": measured.height,
            "master": master,
        },
    )
    Placement.objects.create(
        picture=picture,
        product=product,
        role=message.role,
        alt=message.alt,
        position=product.placements.count(),
    )
    if picture.renditions.exists():
        refresh_listings([product.id])
    emit("catalog.render_picture", key=str(picture.id), picture_id=picture.id)
    return picture.id


def rendered_picture(picture_id: UUID) -> KeepRenditions:
    """Makes the files of an uploaded picture: seconds of work, so in no transaction."""
    picture = Picture.objects.get(id=picture_id)
    content = (_masters() / picture.master).read_bytes()
    files = tuple(render(content, folder=Path(settings.MEDIA_ROOT)))
    return KeepRenditions(picture_id=picture_id, files=files)


@command
def keep_renditions(message: KeepRenditions) -> None:
    """Shows the files of a picture on every product that has it; twice changes nothing."""
    picture = Picture.objects.select_for_update().get(id=message.picture_id)
    PictureRendition.objects.bulk_create(
        (PictureRendition(picture=picture, **asdict(file)) for file in message.files),
        ignore_conflicts=True,
    )
    refresh_listings(set(picture.placements.values_list("product_id", flat=True)))


def _masters() -> Path:
    """Originals stay out of the media folder: they tell where and when a photograph was taken."""
    return Path(settings.MEDIA_ROOT).with_name("masters")


def update_listing(message: UpdateListing) -> None:
    """Takes over a listed price or availability of a SKU, to sort and filter by.

    Called for every price and stock change of the shop, so it keeps no answer and asks little.

    Raises:
        VariantNotFound: no variant has this SKU.
    """
    update_listings([message])


def update_listings(commands: Sequence[UpdateListing]) -> None:
    """Takes over many listed prices and availabilities at once; the later of two counts.

    Raises:
        VariantNotFound: no variant has one of the SKUs; nothing is taken over.
    """
    skus = {update.sku for update in commands}
    # Importers list prices and stock before products; that a SKU is unknown costs one statement.
    variants = {row.sku: row for row in Variant.objects.filter(sku__in=skus)}
    if missing := sorted(skus - variants.keys()):
        raise VariantNotFound(
            f"No variant has the SKU {missing[0]} ({len(missing)} unknown)", sku=missing[0]
        )
    with atomic():
        _write_prices(commands, variants)
        _write_availability(
            {variants[u.sku].id: u.availability for u in commands if u.availability is not None}
        )
        products = {row.product_id for row in variants.values()}
        refresh_offers(products, prices=any(u.price or u.compare_at for u in commands))


def _write_prices(commands: Sequence[UpdateListing], variants: dict[str, Variant]) -> None:
    prices: dict[tuple[UUID, str], VariantPrice] = {}
    for update in commands:
        variant, price, compare_at = variants[update.sku], update.price, update.compare_at
        if price is not None:
            prices[variant.id, price.currency] = VariantPrice(
                variant=variant,
                currency=price.currency,
                price_minor=price.minor,
                compare_at_minor=compare_at.minor if compare_at else None,
            )
        elif compare_at is not None:
            VariantPrice.objects.filter(variant=variant, currency=compare_at.currency).update(
                compare_at_minor=compare_at.minor
            )
    if prices:
        VariantPrice.objects.bulk_create(
            prices.values(),
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["variant", "currency"],
            update_fields=["price_minor", "compare_at_minor"],
        )


def _write_availability(available: dict[UUID, str]) -> None:
    by_availability = defaultdict(list)
    for variant_id, availability in sorted(available.items()):
        by_availability[availability].append(variant_id)
    for availability, ids in by_availability.items():
        Variant.objects.filter(id__in=ids).update(availability=availability)
