"""Products of the demo range that the journeys buy, found by their opening stock."""

from config.demo.range import PRODUCTS


def well_stocked(minimum: int = 40) -> str:
    """Returns the slug of the first product whose first variant can be bought many times."""
    return next(one.slug for one in PRODUCTS if one.variants[0].opening_stock >= minimum)


def sold_out() -> str:
    """Returns the address of the first variant that cannot be bought."""
    return next(
        f"{one.slug}/?sku={variant.sku}"
        for one in PRODUCTS
        for variant in one.variants
        if variant.opening_stock == 0 and not variant.backorderable
    )


IN_STOCK = well_stocked()
SOLD_OUT = sold_out()
