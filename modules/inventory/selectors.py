"""Questions about stock; never cached, and only `reserve` says whether units are really there."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import F, Q

from modules.inventory.contracts import (
    LOW_STOCK,
    Movement,
    Reservation,
    StockBreach,
    StockFilter,
    StockLevel,
    StockPage,
)
from modules.inventory.models import Movement as MovementRow
from modules.inventory.models import Reservation as ReservationRow
from modules.inventory.models import Stock

FREE = F("on_hand") - F("reserved")
FILTERS: dict[StockFilter, Q] = {
    "all": Q(),
    "low": Q(free__gte=1, free__lte=LOW_STOCK),
    "out": Q(free__lte=0),
}


def stock_levels(skus: Iterable[str]) -> dict[str, StockLevel]:
    """Returns the level of each SKU that has a stock record; one query."""
    return {stock.sku: stock.as_level() for stock in Stock.objects.filter(sku__in=list(skus))}


def stock_list(
    query: str = "", *, only: StockFilter = "all", page: int = 1, page_size: int = 50
) -> StockPage:
    """Returns a page of stock records whose SKU contains `query`; two queries.

    `only`: `low` has one to five units free, `out` none. A page past the end is the last one.
    """
    found = Stock.objects.annotate(free=FREE).filter(FILTERS[only], sku__icontains=query)
    total = found.count()
    pages = max(1, -(-total // page_size))
    page = min(max(1, page), pages)
    rows = found.order_by("sku")[(page - 1) * page_size : page * page_size]
    levels = tuple(stock.as_level() for stock in rows)
    return StockPage(levels=levels, total=total, page=page, pages=pages)


def reservations(sku: str) -> tuple[Reservation, ...]:
    """Returns who holds units of a SKU, oldest first."""
    rows = ReservationRow.objects.filter(stock_id=sku).order_by("created_at", "id")
    return tuple(row.as_line() for row in rows)


def movements(sku: str, limit: int = 100) -> tuple[Movement, ...]:
    """Returns the newest lines of a SKU's stock book."""
    rows = MovementRow.objects.filter(sku=sku).order_by("-id")[:limit]
    return tuple(row.as_line() for row in rows)


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
