"""What a product offers as a whole: its span of prices, its best availability, its options."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modules.catalog.contracts import SaveProduct, SkuTaken, VariantsUnclear

# Best first: a product is as available as its best variant.
AVAILABILITIES = ("in-stock", "low", "backorder", "sold-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSpan:
    """Lowest and highest listed price in minor units; `compare_at_minor` is the lowest one's."""

    lowest_minor: int
    highest_minor: int
    compare_at_minor: int | None


def price_span(prices: Sequence[tuple[int, int | None]]) -> PriceSpan:
    """Returns the span of (price, compare-at) pairs, of which there is at least one.

    A former price that is not higher than the price is no reduction, and is left out.
    """
    lowest, compare_at = min(prices, key=lambda pair: (pair[0], pair[1] is None, pair[1] or 0))
    reduced = compare_at is not None and compare_at > lowest
    return PriceSpan(
        lowest_minor=lowest,
        highest_minor=max(price for price, _ in prices),
        compare_at_minor=compare_at if reduced else None,
    )


def best_availability(availabilities: Iterable[str]) -> str:
    """Returns the best of the variants' availabilities; a product without variants is sold out."""
    return min(availabilities, key=AVAILABILITIES.index, default="sold-out")


def option_names(product: SaveProduct) -> tuple[str, ...]:
    """Returns the options that tell the product's variants apart, in their order.

    Raises:
        SkuTaken: two variants share a SKU.
        VariantsUnclear: none to sell, variants with different options, or two with the same values.
    """
    skus = [variant.sku for variant in product.variants]
    for sku in skus:
        if skus.count(sku) > 1:
            raise SkuTaken(f"{product.slug} has two variants with the SKU {sku}", sku=sku)
    if not product.variants:
        raise _unclear(product, "has no variant, so there is nothing to sell")
    named = {tuple(name for name, _ in variant.options) for variant in product.variants}
    if len(named) > 1:
        raise _unclear(product, "has variants that do not all name the same options")
    names = named.pop()
    if len(set(names)) < len(names):
        raise _unclear(product, "names an option twice")
    if len({variant.options for variant in product.variants}) < len(product.variants):
        raise _unclear(product, "has two variants with the same values for all options")
    return names


def _unclear(product: SaveProduct, what: str) -> VariantsUnclear:
    return VariantsUnclear(f"The product {product.slug} {what}", slug=product.slug)
