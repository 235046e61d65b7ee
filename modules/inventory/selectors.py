"""Questions about stock; never cached, and only `reserve` says whether units are really there."""

from collections.abc import Callable, Iterable, Sequence

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from events.moments import AsOf
from modules.inventory.contracts import (
    LOW_STOCK,
    Holding,
    Movement,
    Reservation,
    StockBreach,
    StockFilter,
    StockLevel,
    StockNotFound,
    StockPage,
)
from modules.inventory.earlier import all_levels_then, holders_then, level_then, levels_then
from modules.inventory.models import Movement as MovementRow
from modules.inventory.models import Reservation as ReservationRow
from modules.inventory.models import Stock
from modules.inventory.statements import levels_of

FREE = F("on_hand") - F("reserved")
# The same filters over figures of the past, which no table holds.
ONLY: dict[StockFilter, Callable[[int], bool]] = {
    "all": lambda free: True,
    "low": lambda free: 1 <= free <= LOW_STOCK,
    "out": lambda free: free <= 0,
}
FILTERS: dict[StockFilter, Q] = {
    "all": Q(),
    "low": Q(free__gte=1, free__lte=LOW_STOCK),
    "out": Q(free__lte=0),
}


def stock_levels(skus: Iterable[str], as_of: AsOf | None = None) -> dict[str, StockLevel]:
    """Returns the level of each SKU that has, or at a moment had, a stock record; one query."""
    if as_of is not None:
        return levels_then(skus, as_of)
    return levels_of(skus)


def stock_level(sku: str, as_of: AsOf | None = None) -> StockLevel:
    """Returns the level of a SKU, or what it was at a moment.

    Raises:
        StockNotFound: it has no stock record.
        NothingRecordedYet: it had none then.
    """
    if as_of is not None:
        return level_then(sku, as_of)
    found = stock_levels([sku]).get(sku)
    if found is None:
        raise StockNotFound(f"No stock is kept for {sku}.", sku=sku)
    return found


def stock_list(
    query: str = "",
    *,
    only: StockFilter = "all",
    page: int = 1,
    page_size: int = 50,
    as_of: AsOf | None = None,
) -> StockPage:
    """Returns a page of stock records whose SKU contains `query`; two queries.

    `only`: `low` has one to five units free, `out` none. A page past the end is the last one. As of
    a moment it lists the records that there were then, summed from the stock book in one query.
    """
    if as_of is not None:
        then = [each for each in all_levels_then(query, as_of) if ONLY[only](each.free)]
        return _page(then, page, page_size)
    found = Stock.objects.annotate(free=FREE).filter(FILTERS[only])
    if query:
        found = found.filter(sku__icontains=query)
    total = found.count()
    pages = max(1, -(-total // page_size))
    page = min(max(1, page), pages)
    rows = found.order_by("sku")[(page - 1) * page_size : page * page_size]
    levels = tuple(stock.as_level() for stock in rows)
    return StockPage(levels=levels, total=total, page=page, pages=pages)


def _page(levels: Sequence[StockLevel], page: int, page_size: int) -> StockPage:
    pages = max(1, -(-len(levels) // page_size))
    page = min(max(1, page), pages)
    shown = tuple(levels[(page - 1) * page_size : page * page_size])
    return StockPage(levels=shown, total=len(levels), page=page, pages=pages)


def reservations(sku: str) -> tuple[Reservation, ...]:
    """Returns who holds units of a SKU, oldest first."""
    rows = ReservationRow.objects.filter(stock_id=sku).order_by("created_at", "id")
    return tuple(row.as_line() for row in rows)


def holders(sku: str, as_of: AsOf) -> tuple[Holding, ...]:
    """Returns who held units of a SKU at a moment, oldest first."""
    return holders_then(sku, as_of)


def movements(sku: str, limit: int = 100, as_of: AsOf | None = None) -> tuple[Movement, ...]:
    """Returns the newest lines of a SKU's stock book, or those that were the newest at a moment."""
    rows = MovementRow.objects.filter(sku=sku)
    if as_of is not None and as_of.known_at is not None:
        rows = rows.filter(recorded_at__lte=as_of.known_at)
    if as_of is not None and as_of.effective_at is not None:
        happened_at = Coalesce("effective_at", "recorded_at")
        rows = rows.alias(happened_at=happened_at).filter(happened_at__lte=as_of.effective_at)
    return tuple(row.as_line() for row in rows.order_by("-id")[:limit])


def conservation() -> tuple[StockBreach, ...]:
    """Returns every SKU whose figures disagree with its book or its reservations; none when sound.

    Reads the whole stock book: a check for audits, not for pages.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH book AS (
                SELECT sku,
                    sum(quantity) FILTER (WHERE kind IN ('received', 'adjusted', 'returned',
                                                         'shipped')) AS on_hand,
                    sum(quantity) FILTER (WHERE kind IN ('reserved', 'released', 'shipped'))
                        AS reserved,
                    sum(quantity) FILTER (WHERE kind IN ('received', 'returned')) AS received,
                    -sum(quantity) FILTER (WHERE kind = 'shipped') AS shipped
                FROM inventory_movement GROUP BY sku
            ), promised AS (
                SELECT sku, sum(quantity) AS reserved FROM inventory_reservation GROUP BY sku
            )
            SELECT s.sku, rule, expected, found
            FROM inventory_stock AS s LEFT JOIN book USING (sku) LEFT JOIN promised USING (sku),
                LATERAL (VALUES
                    ('received + adjusted = on hand + shipped',
                     s.received + s.adjusted, s.on_hand + s.shipped),
                    ('on hand = sum of the book', coalesce(book.on_hand, 0), s.on_hand),
                    ('reserved = sum of the book', coalesce(book.reserved, 0), s.reserved),
                    ('received = sum of the book', coalesce(book.received, 0), s.received),
                    ('shipped = sum of the book', coalesce(book.shipped, 0), s.shipped),
                    ('reserved = sum of reservations', coalesce(promised.reserved, 0), s.reserved)
                ) AS checks(rule, expected, found)
            WHERE expected <> found ORDER BY s.sku, rule
            """
        )
        return tuple(
            StockBreach(sku=sku, rule=rule, expected=int(expected), found=int(found))
            for sku, rule, expected, found in cursor.fetchall()
        )
