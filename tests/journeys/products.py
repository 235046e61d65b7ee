"""Products of the demo range that the journeys buy, found by their opening stock."""

from config.demo.range import PRODUCTS


def well_stocked(minimum: int = 40) -> str:
    """Returns the slug of the first product whose first variant can be bought many times."""
    return next(one.slug for one in PRODUCTS if one.variants[0].opening_stock >= minimum)


def sold_out() -> str:
    """Returns the slug of the first product that cannot be bought at all."""
    return next(
        one.slug
        for one in PRODUCTS
        if all(v.opening_stock == 0 and not v.backorderable for v in one.variants)
    )


IN_STOCK = well_stocked()
SOLD_OUT = sold_out()
