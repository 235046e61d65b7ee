"""Turns the range of the demo shop into a shop: all of it through the modules' own commands.

Everything is one transaction, so a start that was interrupted leaves an empty shop. Loading again
restores pages, prices and delivery, and leaves stock as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

from django.db.transaction import atomic

from config.demo.goods import CATEGORIES, COLLECTIONS, KINDS
from config.demo.manifest import PICTURES, Picture, read_manifest
from config.demo.publishing import Manifest, copied_pictures, media_path, publish_front
from config.demo.range import PRODUCTS, Product, Variant
from config.demo.taxes import tax_rules
from config.demo_accounts import DEMO_ACCOUNTS
from modules.catalog.commands import (
    define_attribute,
    save_category,
    save_collection,
    save_products,
    update_listings,
)
from modules.catalog.contracts import (
    DefineAttribute,
    PictureFile,
    SaveCategory,
    SaveCollection,
    SavePicture,
    SaveProduct,
    SaveVariant,
    UpdateListing,
)
from modules.customers.commands import ensure_role
from modules.inventory.commands import receive_stocks, set_backorder_limit
from modules.inventory.contracts import ReceiveStock, SetBackorderLimit
from modules.inventory.selectors import stock_levels
from modules.kernel import clock
from modules.pricing.commands import save_tax_rules, set_prices
from modules.pricing.contracts import SetPrice
from modules.promotions.commands import save_promotion
from modules.promotions.contracts import Conditions, Rule, SavePromotion
from modules.promotions.selectors import versions
from modules.shipping.commands import save_defaults
from modules.shipping.selectors import countries

BACKORDER_LIMIT = 20
# Days between two releases, so that "newest" has an order and the shop a past.
RELEASE_DAYS = 2

OFFER = SavePromotion(
    code="five-for-four",
    rule=Rule(
        label="Five card sets for four",
        kind="buy-get",
        rate_millionths=1_000_000,
        buy=4,
        get=1,
        conditions=Conditions(categories=("paper/card-sets",)),
    ),
)

type Tell = Callable[[str], None]

_SIZES = tuple(
    dict.fromkeys(
        value
        for kind in KINDS.values()
        for choice in kind.choices
        for name, value in choice.options
        if name == "size"
    )
)
_ATTRIBUTES = (
    DefineAttribute(code="colour", label="Colours", type="choice", facet=True, position=1),
    DefineAttribute(
        code="size", label="Size", type="choice", facet=True, position=2, choices=_SIZES
    ),
    DefineAttribute(code="frame", label="Frame", type="choice", facet=True, position=3),
    DefineAttribute(code="palette", label="Palette", type="choice", position=4),
    DefineAttribute(code="orientation", label="Orientation", type="choice", position=5),
    DefineAttribute(code="material", label="Material", type="text", position=6),
    DefineAttribute(code="care", label="Care", type="text", position=7),
    DefineAttribute(code="width-mm", label="Width (mm)", type="integer", position=8),
    DefineAttribute(code="height-mm", label="Height (mm)", type="integer", position=9),
    DefineAttribute(code="depth-mm", label="Depth (mm)", type="integer", position=10),
)


def load_demo(tell: Tell, *, pictures: Path = PICTURES) -> None:
    """Loads the whole range with prices, stock, delivery, taxes and the demo accounts.

    `tell` is given a line for each step done. Pictures that were never painted are left out: the
    shop sells without them, and loading again with --force brings them.
    """
    manifest: Manifest = {}
    try:
        manifest = read_manifest(pictures)
    except FileNotFoundError as missing:
        tell(f"No pictures: {missing}")
    with step(tell, f"{len(manifest)} pictures"):
        manifest = copied_pictures(manifest, pictures)
        publish_front(manifest)
    with atomic():
        with step(tell, "Delivery, taxes and an offer"):
            save_defaults()
            save_tax_rules(tax_rules(country.code for country in countries()))
            make_an_offer()
        with step(tell, "Prices and opening stock"):
            # Before the products: what these announce has no listing to change yet.
            set_prices(list(prices()))
            receive_opening_stock()
        with step(tell, f"{len(PRODUCTS)} products, categories and collections"):
            arrange()
            save_products([product(one, manifest) for one in PRODUCTS])
            collect()
            update_listings(list(listings()))
        with step(tell, f"{len(DEMO_ACCOUNTS)} accounts"):
            for account in DEMO_ACCOUNTS:
                role = account.groups[0] if account.groups else ""
                ensure_role(account.email, account.password, role, account.name)


def make_an_offer() -> None:
    """Makes the demo's promotion once; what staff made of it since is left alone."""
    if not versions(OFFER.code):
        save_promotion(OFFER)


@contextmanager
def step(tell: Tell, title: str) -> Iterator[None]:
    started = monotonic()
    yield
    tell(f"{title}: {monotonic() - started:.1f} s")


def arrange() -> None:
    for attribute in _ATTRIBUTES:
        define_attribute(attribute)
    for position, category in enumerate(CATEGORIES):
        save_category(
            SaveCategory(
                path="/".join(category.path),
                name=category.title,
                intro=category.intro,
                position=position,
            )
        )


def collect() -> None:
    newest_first = sorted(PRODUCTS, key=lambda one: -one.created_order)
    for position, collection in enumerate(COLLECTIONS):
        save_collection(
            SaveCollection(
                slug=collection.slug,
                name=collection.title,
                intro=collection.intro,
                position=position,
                product_slugs=tuple(
                    one.slug for one in newest_first if collection.slug in one.collections
                ),
            )
        )


def product(one: Product, manifest: Manifest) -> SaveProduct:
    facts = one.attributes
    roles = ("main", "hover")
    shown = [key for key in one.pictures if key in manifest]
    age = timedelta(days=RELEASE_DAYS * (len(PRODUCTS) - one.created_order))
    return SaveProduct(
        slug=one.slug,
        title=one.title,
        kind=KINDS[one.kind].label.capitalize(),
        series=one.series.title,
        description=one.description,
        story=one.series.intro,
        category="/".join(one.category),
        attributes=(
            ("colour", facts.colour_family),
            ("palette", facts.palette),
            ("orientation", facts.orientation),
            ("material", facts.material),
            ("care", facts.care),
        ),
        variants=tuple(variant(v, manifest, position) for position, v in enumerate(one.variants)),
        pictures=tuple(
            picture(manifest[key], roles[n] if n < len(roles) else "gallery")
            for n, key in enumerate(shown)
        ),
        # Shuffled, but the same everywhere: a list of one picture on six goods looks poor.
        position=int.from_bytes(sha256(one.slug.encode()).digest()[:3]),
        created_at=clock.now() - age,
    )


def variant(one: Variant, manifest: Manifest, position: int) -> SaveVariant:
    measures = (
        ("width-mm", one.width_mm),
        ("height-mm", one.height_mm),
        ("depth-mm", one.depth_mm),
    )
    own = manifest.get(one.picture) if one.picture else None
    return SaveVariant(
        sku=one.sku,
        title=" / ".join(value for _, value in one.options),
        options=tuple((name.capitalize(), value) for name, value in one.options),
        attributes=tuple((code, figure) for code, figure in measures if figure),
        weight_grams=one.weight_grams,
        pictures=(picture(own, "main"),) if own else (),
        position=position,
    )


def picture(one: Picture, role: str) -> SavePicture:
    recipes = [asdict(recipe) for recipe in one.recipes]
    described = {f"recipe {n}": " ".join(map(str, r.values())) for n, r in enumerate(recipes, 1)}
    return SavePicture(
        alt=one.alt,
        colour=f"#{one.dominant}",
        role=role,  # type: ignore[arg-type]
        files=tuple(
            PictureFile(
                path=media_path(file.sha256, file.file),
                width=file.width,
                height=file.height,
                format="webp" if file.file.endswith(".webp") else "jpeg",
                bytes=file.bytes,
                sha256=file.sha256,
            )
            for file in one.renditions
        ),
        recipe={**(recipes[0] if len(recipes) == 1 else described), **one.setting},
    )


def prices() -> Iterator[SetPrice]:
    for one, choice in choices():
        for n, price in enumerate(choice.prices):
            yield SetPrice(
                sku=choice.sku,
                price=price,
                compare_at=choice.compare_at[n] if choice.compare_at else None,
                tax_class=one.tax_class,
            )


def receive_opening_stock() -> None:
    """Fills the shelves once: stock that has moved since is not to be filled up again."""
    counted = stock_levels(choice.sku for _, choice in choices())
    fresh = [choice for _, choice in choices() if choice.sku not in counted]
    receive_stocks(
        [
            ReceiveStock(sku=choice.sku, quantity=choice.opening_stock, reason="opening stock")
            for choice in fresh
        ]
    )
    for choice in fresh:
        if choice.backorderable:
            set_backorder_limit(SetBackorderLimit(sku=choice.sku, limit=BACKORDER_LIMIT))


def listings() -> Iterator[UpdateListing]:
    levels = stock_levels(choice.sku for _, choice in choices())
    for _, choice in choices():
        for n, price in enumerate(choice.prices):
            yield UpdateListing(
                sku=choice.sku,
                price=price,
                compare_at=choice.compare_at[n] if choice.compare_at else None,
                availability=levels[choice.sku].availability,
            )


def choices() -> Iterator[tuple[Product, Variant]]:
    for one in PRODUCTS:
        for choice in one.variants:
            yield one, choice
