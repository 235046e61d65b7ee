"""Rows and sums of read models as they were: folded in memory for the keys asked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from events.moments import AsOf, read_streams
from events.privacy.sealing import personal_fields
from events.projections import Projection, registered
from events.store import RecordedEvent
from modules.adjustments.contracts import joined
from modules.audit.contracts import ReadModelUnknown, RowThen, StreamUnknown, Totals, TotalsOf
from modules.audit.folding import as_text
from modules.audit.stretches import sums_then
from modules.audit.sums import Kind, Sum
from modules.payments.selectors import moving_events, payments_of
from modules.payments.selectors import totals as money_of

# The read model that many streams feed; every other one is fed by one stream a row.
MONEY = "orders.money"


def read_models() -> tuple[str, ...]:
    """Returns the names of the read models whose rows can be asked for as of a moment."""
    return tuple(sorted([*_by_stream(), MONEY]))


def row_then(name: str, key: UUID, as_of: AsOf | None = None) -> RowThen:
    """Returns the columns of one row of a read model, as they are or were; personal data sealed.

    Raises:
        ReadModelUnknown: no read model of this name has one row for each order, payment ...
        StreamUnknown: it never had a row of this key.
        NothingRecordedYet: it had none then.
    """
    moment = as_of or AsOf()
    if name == MONEY:
        version, columns = _money(key, moment)
    elif name in _by_stream():
        version, columns = _folded(_by_stream()[name], key, moment)
    else:
        raise ReadModelUnknown(
            f"There is no read model “{name}” of one row a key. Ask for one of these:"
            f" {', '.join(read_models())}.",
            name=name,
        )
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(columns, enc_hook=as_text))
    return RowThen(name=name, key=key, version=version, columns=plain)


def totals(as_of: AsOf | None = None) -> Totals:
    """Returns what was ordered, taken, given back and adjusted by a moment, by currency.

    The takings of a day are the difference of two moments.
    """
    found = sums_then(as_of or AsOf())
    return Totals(currencies=tuple(_totals(name, found[name]) for name in sorted(found)))


def _totals(currency: str, found: Mapping[Kind, Sum]) -> TotalsOf:
    none = Sum()
    ordered, adjusted = found.get("ordered", none), found.get("adjusted")
    amount = joined(adjusted.amount_minor, adjusted.rest_millionths, currency) if adjusted else 0
    return TotalsOf(
        currency=currency,
        orders=ordered.facts,
        ordered_minor=ordered.amount_minor,
        authorised_minor=found.get("authorised", none).amount_minor,
        captured_minor=found.get("captured", none).amount_minor,
        voided_minor=found.get("voided", none).amount_minor,
        refunded_minor=found.get("refunded", none).amount_minor,
        adjustments=adjusted.facts if adjusted else 0,
        adjusted=str(amount),
    )


def _by_stream() -> dict[str, Projection]:
    return {
        name: each
        for name, each in registered().items()
        if isinstance(each, Projection) and each.guard == "version"
    }


def _folded(projection: Projection, key: UUID, as_of: AsOf) -> tuple[int, dict[str, Any]]:
    with personal_fields("sealed"):
        recorded = _events(key, as_of)
        own = [each for each in recorded if type(each.event) in projection.events]
        columns = projection.fold_all(None, own) if own else None
    if columns is None:
        raise _unknown(projection.name, key)
    return own[-1].version, columns


def _money(order_id: UUID, as_of: AsOf) -> tuple[int, dict[str, Any]]:
    then = payments_of(order_id, as_of)
    streams = read_streams(each.id for each in then)
    moving = moving_events()
    moved = [
        each
        for recorded in streams.values()
        for each in as_of.events(recorded)
        if isinstance(each.event, moving)
    ]
    if not moved:
        raise _unknown(MONEY, order_id)
    sums = money_of(order_id, as_of)
    return len(moved), {
        "status": sums.status,
        "captured_minor": sums.captured_minor,
        "refunded_minor": sums.refunded_minor,
        "open_minor": sums.open_minor,
        "troubled": sums.troubled,
    }


def _events(key: UUID, as_of: AsOf) -> list[RecordedEvent]:
    recorded = read_streams([key])[key]
    if not recorded:
        raise StreamUnknown(f"Nothing is recorded under {key}.", reference=str(key))
    return as_of.required(recorded, "this row")


def _unknown(name: str, key: UUID) -> StreamUnknown:
    return StreamUnknown(f"{name} had no row of {key} then.", reference=str(key))
