"""What a stock record's figures mean to a shopper, and whether they cover a wish."""

from collections.abc import Iterable, Mapping

from modules.inventory.contracts import (
    LOW_STOCK,
    MAXIMUM_UNITS,
    Availability,
    OutOfStock,
    StockLevel,
    StockLine,
    StockRefused,
)


def level(*, sku: str, on_hand: int, reserved: int, backorder_limit: int) -> StockLevel:
    free = on_hand - reserved
    available = max(0, free + backorder_limit)
    return StockLevel(
        sku=sku,
        on_hand=on_hand,
        reserved=reserved,
        free=free,
        available=available,
        availability=availability(free=free, available=available),
        backorder_limit=backorder_limit,
    )


def availability(*, free: int, available: int) -> Availability:
    if free > LOW_STOCK:
        return "in-stock"
    if free > 0:
        return "low"
    return "backorder" if available > 0 else "sold-out"


def quantities(lines: Iterable[StockLine]) -> dict[str, int]:
    """Returns units per SKU in SKU order, lines of one SKU added up.

    Raises:
        StockRefused: a quantity below 1 or beyond what stock counts.
    """
    added: dict[str, int] = {}
    for line in lines:
        if type(line.quantity) is not int or not 1 <= line.quantity <= MAXIMUM_UNITS:
            raise StockRefused(
                f"{line.sku}: give a whole number of units between 1 and {MAXIMUM_UNITS}",
                sku=line.sku,
                quantity=line.quantity,
            )
        added[line.sku] = added.get(line.sku, 0) + line.quantity
    return dict(sorted(added.items()))


def refuse_shortage(
    wanted: Mapping[str, int], held: Mapping[str, int], levels: Mapping[str, StockLevel]
) -> None:
    """Refuses what is not there; what the same reference holds already counts as its own.

    Raises:
        OutOfStock: for the first SKU in order, with all of them in `shortages`.
    """
    shortages = [
        {"sku": sku, "requested": quantity, "available": available}
        for sku, quantity in wanted.items()
        if quantity > (available := levels[sku].available + held.get(sku, 0))
    ]
    if shortages:
        first = shortages[0]
        left = first["available"]
        raise OutOfStock(
            f"{first['sku']}: {first['requested']} wanted, {left or 'none'} left",
            **first,
            shortages=shortages,
        )
