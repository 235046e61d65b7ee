"""The statements that move stock. Rows are locked in SKU order, so that commands queue, not cross.

Every command is: lock the stock rows and read what its references hold, then write figures,
reservations and stock book by one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.database import fetch, fetch_any
from modules.inventory.contracts import Movement, Reservation, StockBusy, StockLevel
from modules.inventory.domain.levels import level
from modules.kernel.identity import new_id

_READ = """
    SELECT sku, on_hand, reserved, backorder_limit FROM inventory_stock WHERE sku IN {keys}
"""
_LOCK = """
    SELECT sku, on_hand, reserved, backorder_limit, reference, quantity, expires_at, created_at
    FROM inventory_lock(%s::text[], %s::uuid[], %s::timestamptz)
"""
_KEEP = """
    UPDATE inventory_reservation SET expires_at = NULL WHERE reference = %s RETURNING true
"""
_RECEIVE = """
    INSERT INTO inventory_stock AS s
        (sku, on_hand, reserved, backorder_limit, received, adjusted, shipped)
    SELECT sku, quantity, 0, 0, quantity, 0, 0
    FROM unnest(%s::text[], %s::bigint[]) AS arrived(sku, quantity) ORDER BY sku
    ON CONFLICT (sku) DO UPDATE
    SET on_hand = s.on_hand + excluded.on_hand, received = s.received + excluded.received
    RETURNING sku, on_hand, reserved, backorder_limit, xmax = 0
"""
_WRITE = """
    WITH target AS (
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[],
                             %s::timestamptz[], %s::timestamptz[])
            AS t(id, reference, sku, quantity, expires_at, created_at)
    ), dropped AS (
        DELETE FROM inventory_reservation AS r USING target AS t
        WHERE r.reference = t.reference AND r.sku = t.sku AND t.quantity = 0
    ), kept AS (
        INSERT INTO inventory_reservation
            (id, reference, sku, quantity, expires_at, created_at)
        SELECT * FROM target WHERE quantity > 0
        ON CONFLICT (reference, sku) DO UPDATE
        SET quantity = excluded.quantity, expires_at = excluded.expires_at
    ), book AS (
        INSERT INTO inventory_movement
            (id, sku, kind, quantity, reason, reference, actor, recorded_at, effective_at)
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::text[],
                             %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    )
    UPDATE inventory_stock AS s
    SET on_hand = s.on_hand + c.on_hand, reserved = s.reserved + c.reserved,
        received = s.received + c.received, adjusted = s.adjusted + c.adjusted,
        shipped = s.shipped + c.shipped
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::bigint[])
        AS c(sku, on_hand, reserved, received, adjusted, shipped)
    WHERE s.sku = c.sku
        AND s.on_hand + c.on_hand >= 0
        AND s.reserved + c.reserved >= 0
        AND (s.on_hand + c.on_hand) - (s.reserved + c.reserved) >= -s.backorder_limit
    RETURNING s.sku, s.on_hand, s.reserved, s.backorder_limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """By how many units the figures of one SKU move."""

    sku: str
    on_hand: int = 0
    reserved: int = 0
    received: int = 0
    adjusted: int = 0
    shipped: int = 0


def levels_of(skus: Iterable[str]) -> dict[str, StockLevel]:
    """Returns the level of each SKU that has a stock record."""
    return levels(fetch_any(_READ, list(skus)))


def lock(skus: Iterable[str]) -> dict[str, StockLevel]:
    """Locks the stock of some SKUs until commit, in their order; returns its levels."""
    return lock_and_look(skus, ())[0]


def lock_and_look(
    skus: Iterable[str], references: Iterable[UUID], lapsed_by: datetime | None = None
) -> tuple[dict[str, StockLevel], list[Reservation]]:
    """Locks the stock of some SKUs, and of all that some references hold, until commit.

    Returns the levels, and what the references hold, locked too; with `lapsed_by`, only what had
    expired by then. What they hold is looked up once the stock is locked: only then is seen what an
    earlier holder of the locks left behind.
    """
    rows = fetch(_LOCK, (list(skus), list(references), lapsed_by))
    held = [
        Reservation(
            reference=reference, sku=sku, quantity=quantity, expires_at=expires, created_at=made
        )
        for sku, _, _, _, reference, quantity, expires, made in rows
        if reference
    ]
    return levels(row[:4] for row in rows if row[4] is None), held


def keep(reference: UUID) -> bool:
    """Has what a reference holds expire no longer; returns whether it holds anything."""
    return bool(fetch(_KEEP, (reference,)))


def receive(quantities: dict[str, int]) -> dict[str, tuple[StockLevel, bool]]:
    """Adds arrived units, making stock records; returns each new level and whether it is new."""
    rows = fetch(_RECEIVE, (list(quantities), list(quantities.values())))
    after = levels([row[:4] for row in rows])
    return {row[0]: (after[row[0]], row[4]) for row in rows}


def write(
    changes: Sequence[Change], reservations: Sequence[Reservation], movements: Sequence[Movement]
) -> dict[str, StockLevel]:
    """Moves figures, sets reservations (zero ends one), adds lines to the stock book.

    One statement, whose UPDATE is conditional. Returns the new levels of what moved.

    Raises:
        StockBusy: a row that was not locked first no longer allows its change; nothing is kept.
    """
    values = (
        [new_id() for _ in reservations],
        *columns(reservations, "reference sku quantity expires_at created_at"),
        *columns(movements, "id sku kind quantity reason reference actor recorded_at effective_at"),
        *columns(changes, "sku on_hand reserved received adjusted shipped"),
    )
    moved = levels(fetch(_WRITE, values))
    if len(moved) != len(changes):
        raise StockBusy("The stock changed while this was being written: try again")
    return moved


def columns(rows: Sequence[object], names: str) -> list[list[object]]:
    return [[getattr(row, name) for row in rows] for name in names.split(" ")]


def levels(rows: Iterable[Sequence[Any]]) -> dict[str, StockLevel]:
    return {
        sku: level(sku=sku, on_hand=on_hand, reserved=reserved, backorder_limit=limit)
        for sku, on_hand, reserved, limit in rows
    }
