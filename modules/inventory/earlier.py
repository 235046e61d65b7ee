"""Stock as it was at a moment: summed from the stock book, in which every change is a line."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.database import fetch
from events.moments import AsOf, nothing_yet
from modules.inventory.contracts import Holding, StockLevel, StockNotFound
from modules.inventory.domain.levels import level

_THEN = (
    "(%s::timestamptz IS NULL OR recorded_at <= %s)"
    " AND (%s::timestamptz IS NULL OR coalesce(effective_at, recorded_at) <= %s)"
)
_FIRST = (
    "SELECT min(recorded_at), min(coalesce(effective_at, recorded_at))"
    " FROM inventory_movement WHERE sku = %s"
)
# What each kind of line moves, as the contract of Movement says. Lines are added up by SKU and kind
# in the order of an index that holds all of this; only then is it looked at what a kind means.
_FIGURES = """
    WITH added AS MATERIALIZED (
        SELECT sku, kind, sum(quantity) AS quantity
        FROM inventory_movement WHERE {chosen} AND {then} GROUP BY sku, kind
    )
    SELECT sku,
        coalesce(sum(quantity) FILTER (
            WHERE kind IN ('received', 'adjusted', 'returned', 'shipped')), 0)::bigint,
        coalesce(sum(quantity) FILTER (
            WHERE kind IN ('reserved', 'released', 'shipped')), 0)::bigint,
        coalesce(sum(quantity) FILTER (WHERE kind = 'limited'), 0)::bigint
    FROM added WHERE {shown} GROUP BY sku ORDER BY sku
"""
_OF_SKUS = _FIGURES.format(chosen="sku = ANY(%s)", then=_THEN, shown="true")
# A word is looked for in the few SKUs and not in their many lines.
_OF_ALL = _FIGURES.format(chosen="true", then=_THEN, shown="strpos(lower(sku), lower(%s)) > 0")
_HOLDERS = (
    "SELECT reference, sum(quantity)::bigint FROM inventory_movement"  # noqa: S608
    f" WHERE sku = %s AND kind IN ('reserved', 'released', 'shipped') AND {_THEN}"
    " GROUP BY reference HAVING sum(quantity) <> 0 ORDER BY min(id::text)"
)


def levels_then(skus: Iterable[str], as_of: AsOf) -> dict[str, StockLevel]:
    """Returns the level of each SKU that had a stock record; one query."""
    return _levels(fetch(_OF_SKUS, (list(skus), *_clocks(as_of))))


def all_levels_then(query: str, as_of: AsOf) -> list[StockLevel]:
    """Returns the levels of all SKUs that contain `query`, in SKU order; one query."""
    return list(_levels(fetch(_OF_ALL, (*_clocks(as_of), query))).values())


def level_then(sku: str, as_of: AsOf) -> StockLevel:
    """Returns the level of one SKU at a moment.

    Raises:
        StockNotFound: it has no stock record.
        NothingRecordedYet: it had none then.
    """
    found = levels_then([sku], as_of).get(sku)
    if found is None:
        raise nothing_yet(as_of, f"the stock of {sku}", _first(sku, as_of))
    return found


def holders_then(sku: str, as_of: AsOf) -> tuple[Holding, ...]:
    """Returns who held how many units of a SKU at a moment, who reserved first before."""
    rows = fetch(_HOLDERS, (sku, *_clocks(as_of)))
    return tuple(Holding(reference=reference, quantity=quantity) for reference, quantity in rows)


def _first(sku: str, as_of: AsOf) -> datetime:
    recorded_at, effective_at = fetch(_FIRST, (sku,))[0]
    if recorded_at is None:
        raise StockNotFound(f"No stock is kept for {sku}.", sku=sku)
    unknown = as_of.known_at is not None and recorded_at > as_of.known_at
    first: datetime = recorded_at if unknown else effective_at
    return first


def _levels(rows: Iterable[tuple[Any, ...]]) -> dict[str, StockLevel]:
    return {
        sku: level(sku=sku, on_hand=on_hand, reserved=reserved, backorder_limit=limit)
        for sku, on_hand, reserved, limit in rows
    }


def _clocks(as_of: AsOf) -> tuple[datetime | None, ...]:
    return as_of.known_at, as_of.known_at, as_of.effective_at, as_of.effective_at
