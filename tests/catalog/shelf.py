"""A small range to fill a test's shop with: short words for saving products."""

from modules.catalog.commands import (
    define_attribute,
    save_category,
    save_products,
    update_listings,
)
from modules.catalog.contracts import (
    AttributeValue,
    DefineAttribute,
    PictureFile,
    SaveCategory,
    SavePicture,
    SaveProduct,
    SaveVariant,
    UpdateListing,
)
from modules.kernel.money import Money


def product(slug: str, **fields: object) -> SaveProduct:
    """A print with one variant, whose SKU is the slug in capitals, unless told otherwise."""
    values: dict[str, object] = {
        "slug": slug,
        "title": slug.replace("-", " ").title(),
        "kind": "Print",
        "variants": (SaveVariant(sku=slug.upper(), title="Only"),),
    }
    return SaveProduct(**{**values, **fields})  # type: ignore[arg-type]


def sized(slug: str, *sizes: str, **fields: object) -> SaveProduct:
    variants = tuple(
        SaveVariant(
            sku=f"{slug.upper()}-{size}", title=size, options=(("Size", size),), position=position
        )
        for position, size in enumerate(sizes)
    )
    return product(slug, variants=variants, **fields)


def stock_the_shelf(*products: SaveProduct, price: int = 1000, currency: str = "EUR") -> None:
    """Saves products and lists all their variants, in stock, at one price."""
    save_products(products)
    update_listings(
        [
            UpdateListing(sku=variant.sku, price=Money(price, currency), availability="in-stock")
            for command in products
            for variant in command.variants
        ]
    )


def list_price(sku: str, minor: int, *, was: int | None = None) -> None:
    compare_at = None if was is None else Money(was, "EUR")
    update_listings([UpdateListing(sku=sku, price=Money(minor, "EUR"), compare_at=compare_at)])


def list_availability(sku: str, availability: str) -> None:
    update_listings([UpdateListing(sku=sku, availability=availability)])


def facet(code: str, *choices: str, type: str = "choice", position: int = 0) -> None:
    define_attribute(
        DefineAttribute(
            code=code,
            label=code.title(),
            type=type,  # type: ignore[arg-type]
            facet=True,
            position=position,
            choices=choices,
        )
    )


def categories(*paths: str) -> None:
    for path in paths:
        save_category(SaveCategory(path=path, name=path.rpartition("/")[2].title()))


def having(**values: AttributeValue) -> tuple[tuple[str, AttributeValue], ...]:
    return tuple(values.items())


def picture(name: str, *, role: str = "main", alt: str = "A picture") -> SavePicture:
    """A picture with files in two sizes and two formats, named after their content."""
    files = tuple(
        PictureFile(
            path=f"pictures/{name}-{width}.{format}",
            width=width,
            height=width * 5 // 4,
            format=format,
            bytes=width * 10,
            sha256=f"{name}-{width}-{format}".rjust(64, "0"),
        )
        for width in (640, 320)
        for format in ("webp", "jpeg")
    )
    return SavePicture(
        alt=alt,
        colour="#aabbcc",
        role=role,  # type: ignore[arg-type]
        files=files,
        recipe={"generator": name},
    )
