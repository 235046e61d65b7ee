"""Moving stock: each command is all or nothing, and no figure ever falls below its guard."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.commands import command
from modules.inventory import statements
from modules.inventory.book import announce, booked, known, movement, reduced, settle, take
from modules.inventory.contracts import (
    MAXIMUM_UNITS,
    AdjustStock,
    NotOnHand,
    ReceiveStock,
    Release,
    Reservation,
    Reserve,
    Restock,
    SetBackorderLimit,
    Ship,
    StockBusy,
    StockChanged,
    StockHeld,
    StockLevel,
    StockRefused,
)
from modules.inventory.domain.levels import level, quantities, refuse_shortage
from modules.inventory.models import Reservation as ReservationRow
from modules.inventory.models import Stock
from modules.inventory.statements import Change
from modules.kernel import clock

# References whose reservations one call of `release_expired` ends, to keep its locks short.
EXPIRY_BATCH = 200


def receive_stock(message: ReceiveStock) -> None:
    """Takes in arrived units; see `receive_stocks`."""
    receive_stocks([message])


@command
def receive_stocks(messages: Sequence[ReceiveStock]) -> None:
    """Takes in arrived units, all or none; a SKU seen for the first time gets its stock record.

    Quantity zero only makes the record. Publishes `AvailabilityChanged` for SKUs that are new or
    crossed over.

    Raises:
        MomentAhead: units are said to have arrived in the future.
        StockRefused: a quantity below zero or beyond what stock counts.
    """
    arrived: dict[str, int] = {}
    for message in messages:
        check_figure(message.sku, message.quantity)
        arrived[message.sku] = arrived.get(message.sku, 0) + message.quantity
    after = statements.receive(arrived)
    statements.write(
        [], [], booked(messages, {sku for sku, (_, is_new) in after.items() if is_new})
    )
    levels: list[tuple[StockLevel, StockLevel | None]] = []
    for sku in sorted(after):
        current, is_new = after[sku]
        before = level(
            sku=sku,
            on_hand=current.on_hand - arrived[sku],
            reserved=current.reserved,
            backorder_limit=current.backorder_limit,
        )
        levels.append((current, None if is_new else before))
    announce(levels)


@command
def adjust_stock(message: AdjustStock) -> None:
    """Sets what is on hand to a counted figure; the figure it has already changes nothing.

    Raises:
        StockNotFound: no such stock record.
        MomentAhead: it is said to have happened in the future.
        StockChanged: on hand is no longer what the person saw.
        StockHeld: fewer units would be left than are promised.
    """
    check_figure(message.sku, message.on_hand)
    before = known(statements.lock([message.sku]), [message.sku])[message.sku]
    expected = message.expected_on_hand
    if expected is not None and expected != before.on_hand:
        raise StockChanged(
            f"{message.sku}: {before.on_hand} are on hand by now, not {expected}. Count again",
            sku=message.sku,
            expected=expected,
            on_hand=before.on_hand,
        )
    if message.on_hand - before.reserved < -before.backorder_limit:
        raise held_back(before)
    delta = message.on_hand - before.on_hand
    if delta:
        reason = f"{message.reason}: {message.note}" if message.note else message.reason
        settle(
            {message.sku: before},
            changes=[Change(sku=message.sku, on_hand=delta, adjusted=delta)],
            reservations=[],
            movements=[movement(message.sku, "adjusted", delta, reason, "", message.effective_at)],
        )


@command
def set_backorder_limit(message: SetBackorderLimit) -> None:
    """Sets how many units may be sold beyond what is on hand.

    Raises:
        StockNotFound: no such stock record.
        StockHeld: more than the new limit are already promised.
    """
    check_figure(message.sku, message.limit)
    before = known(statements.lock([message.sku]), [message.sku])[message.sku]
    if before.free < -message.limit:
        raise held_back(before)
    Stock.objects.filter(sku=message.sku).update(backorder_limit=message.limit)
    change = message.limit - before.backorder_limit
    if change:
        statements.write([], [], [movement(message.sku, "limited", change, "backorder limit", "")])
    after = level(
        sku=before.sku,
        on_hand=before.on_hand,
        reserved=before.reserved,
        backorder_limit=message.limit,
    )
    announce([(after, before)])


@command
def reserve(message: Reserve) -> None:
    """Promises units to a reference, all lines or none, in place of what it held before.

    Two statements: lock with what is held, write.

    Raises:
        StockNotFound: a SKU has no stock record.
        OutOfStock: not enough free units; names the SKU.
    """
    wanted = quantities(message.lines)
    levels, reservations = statements.lock_and_look(wanted, [message.reference])
    known(levels, wanted)
    earlier = {held.sku: held for held in reservations}
    if earlier.keys() - levels.keys():
        raise StockBusy("This order is being changed by another request: try again")
    own = {sku: held.quantity for sku, held in earlier.items()}
    refuse_shortage(wanted, own, levels)
    deltas = {sku: wanted.get(sku, 0) - own.get(sku, 0) for sku in sorted({*wanted, *own})}
    now = clock.now()
    settle(
        levels,
        changes=[Change(sku=sku, reserved=delta) for sku, delta in deltas.items() if delta],
        reservations=[
            Reservation(
                reference=message.reference,
                sku=sku,
                quantity=wanted.get(sku, 0),
                expires_at=message.expires_at,
                created_at=now,
            )
            for sku in deltas
        ],
        movements=[
            movement(
                sku, "reserved" if delta > 0 else "released", delta, "order", message.reference
            )
            for sku, delta in deltas.items()
            if delta
        ],
    )


@command
def confirm_reservation(reference: UUID) -> bool:
    """Keeps what a reference holds until it is shipped or released: it no longer expires.

    Returns whether it held anything; if not, it has to be reserved again.
    """
    return statements.keep(reference)


@command
def release(message: Release) -> None:
    """Gives units back to free stock; releasing all of nothing changes nothing.

    Raises:
        NothingReserved: more units than the reference holds.
    """
    levels, taken = take(message.reference, message.lines)
    settle(
        levels,
        changes=[Change(sku=held.sku, reserved=-units) for held, units in taken],
        reservations=[reduced(held, units) for held, units in taken],
        movements=[
            movement(held.sku, "released", -units, message.reason, message.reference)
            for held, units in taken
        ],
    )


@command
def ship(message: Ship) -> None:
    """Takes reserved units out of the house.

    Raises:
        NothingReserved: more units than the reference holds.
        NotOnHand: backordered units that have not arrived; names the SKU.
    """
    levels, taken = take(message.reference, message.lines)
    for held, units in taken:
        if levels[held.sku].on_hand < units:
            raise NotOnHand(
                f"{held.sku}: {units} to ship, {levels[held.sku].on_hand} on hand",
                sku=held.sku,
                requested=units,
                on_hand=levels[held.sku].on_hand,
            )
    settle(
        levels,
        changes=[
            Change(sku=held.sku, on_hand=-units, reserved=-units, shipped=units)
            for held, units in taken
        ],
        reservations=[reduced(held, units) for held, units in taken],
        movements=[
            movement(held.sku, "shipped", -units, "parcel", message.reference)
            for held, units in taken
        ],
    )


@command
def restock(message: Restock) -> None:
    """Takes returned units back: on hand and free.

    Raises:
        StockNotFound: a SKU has no stock record.
    """
    back = quantities(message.lines)
    settle(
        known(statements.lock(back), back),
        changes=[Change(sku=sku, on_hand=units, received=units) for sku, units in back.items()],
        reservations=[],
        movements=[
            movement(sku, "returned", units, message.reason, message.reference)
            for sku, units in back.items()
        ],
    )


@command
def release_expired(now: datetime) -> tuple[UUID, ...]:
    """Ends reservations that expired by `now` and returns their references, at most 200 a call.

    A reference confirmed at the same moment keeps its units or is returned, never both.
    """
    references = list(
        ReservationRow.objects.filter(expires_at__lte=now)
        .order_by("reference")
        .values_list("reference", flat=True)
        .distinct()[:EXPIRY_BATCH]
    )
    if not references:
        return ()
    levels, reservations = statements.lock_and_look([], references, now)
    lapsed = [held for held in reservations if held.sku in levels]
    units: dict[str, int] = {}
    for held in lapsed:
        units[held.sku] = units.get(held.sku, 0) + held.quantity
    settle(
        levels,
        changes=[Change(sku=sku, reserved=-freed) for sku, freed in sorted(units.items())],
        reservations=[reduced(held, held.quantity) for held in lapsed],
        movements=[
            movement(held.sku, "released", -held.quantity, "expired", held.reference)
            for held in lapsed
        ],
    )
    return tuple(sorted({held.reference for held in lapsed}))


def check_figure(sku: str, figure: int) -> None:
    if type(figure) is not int or not 0 <= figure <= MAXIMUM_UNITS:
        raise StockRefused(
            f"{sku}: give a whole number between 0 and {MAXIMUM_UNITS}", sku=sku, quantity=figure
        )


def held_back(current: StockLevel) -> StockHeld:
    return StockHeld(
        f"{current.sku}: {current.reserved} units are promised to orders; cancel some first",
        sku=current.sku,
        reserved=current.reserved,
    )
