"""What every stock command shares: take what is held, write the outcome, say what crossed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from events.context import current_context
from events.facts import publish_all
from events.moments import past
from modules.inventory import statements
from modules.inventory.contracts import (
    AvailabilityChanged,
    Movement,
    MovementKind,
    NothingReserved,
    ReceiveStock,
    Reservation,
    StockLevel,
    StockLine,
    StockNotFound,
)
from modules.inventory.domain.levels import quantities
from modules.inventory.statements import Change
from modules.kernel import clock
from modules.kernel.identity import new_id


def known(levels: dict[str, StockLevel], skus: Collection[str]) -> dict[str, StockLevel]:
    for sku in skus:
        if sku not in levels:
            raise StockNotFound(f"{sku} has no stock record: receive some units first", sku=sku)
    return levels


def take(
    reference: UUID, lines: Sequence[StockLine] | None
) -> tuple[dict[str, StockLevel], list[tuple[Reservation, int]]]:
    """Locks what a reference holds and returns how many units of it to take, in SKU order."""
    wanted = None if lines is None else quantities(lines)
    levels, reservations = statements.lock_and_look(wanted or (), [reference])
    held = {row.sku: row for row in reservations if row.sku in levels}
    if wanted is None:
        return levels, [(row, row.quantity) for row in held.values()]
    for sku, units in wanted.items():
        holding = held[sku].quantity if sku in held else 0
        if units > holding:
            raise NothingReserved(
                f"{sku}: {units} units asked for, {holding or 'none'} reserved",
                sku=sku,
                requested=units,
                reserved=holding,
            )
    return levels, [(held[sku], units) for sku, units in wanted.items()]


def reduced(held: Reservation, units: int) -> Reservation:
    return Reservation(
        reference=held.reference,
        sku=held.sku,
        quantity=held.quantity - units,
        expires_at=held.expires_at,
        created_at=held.created_at,
    )


def settle(
    before: Mapping[str, StockLevel],
    *,
    changes: Sequence[Change],
    reservations: Sequence[Reservation],
    movements: Sequence[Movement],
) -> None:
    """Writes one command's outcome and publishes which SKUs crossed over."""
    after = statements.write(changes, reservations, movements)
    announce([(after[sku], before[sku]) for sku in sorted(after)])


def movement(
    sku: str,
    kind: MovementKind,
    quantity: int,
    reason: str,
    reference: object,
    effective_at: datetime | None = None,
) -> Movement:
    """Returns a line of the stock book, recorded now.

    Stock moves when somebody moves it, so the ambient effective time, a provider's, does not count.

    Raises:
        MomentAhead: `effective_at` is still to come.
    """
    happened_at = past(effective_at, "effective_at")
    recorded_at = clock.now()
    return Movement(
        id=new_id(),
        sku=sku,
        kind=kind,
        quantity=quantity,
        reason=reason,
        reference=str(reference),
        actor=current_context().actor,
        recorded_at=recorded_at,
        effective_at=happened_at or recorded_at,
    )


def booked(messages: Sequence[ReceiveStock], new: set[str]) -> list[Movement]:
    """Returns a line of the book for each delivery, and for each record made without any units."""
    lines = [
        movement(m.sku, "received", m.quantity, m.reason, m.reference, m.effective_at)
        for m in messages
        if m.quantity
    ]
    empty = {m.sku: m for m in messages if m.sku in new} if new else {}
    for line in lines:
        empty.pop(line.sku, None)
    return lines + [
        movement(m.sku, "opened", 0, m.reason, m.reference, m.effective_at) for m in empty.values()
    ]


def announce(levels: Sequence[tuple[StockLevel, StockLevel | None]]) -> None:
    """Publishes which SKUs crossed over, given each level after and before; None: it is new."""
    publish_all(
        [
            AvailabilityChanged(sku=after.sku, availability=after.availability)
            for after, before in levels
            if before is None or after.availability != before.availability
        ]
    )
