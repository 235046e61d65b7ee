"""State as an auditor reads it: every field of an aggregate, flat, as JSON values."""

from collections.abc import Sequence
from typing import cast

import msgspec

from events.aggregate import Aggregate
from events.registry import aggregate_of
from events.store import RecordedEvent
from modules.audit.contracts import Change

ABSENT = "—"


def fold(recorded: Sequence[RecordedEvent]) -> dict[str, object]:
    """Returns the state that `recorded`, one stream from its first event, makes."""
    if not recorded:
        return {}
    aggregate_class: type[Aggregate] = aggregate_of(type(recorded[0].event))
    aggregate = aggregate_class.fold(recorded[0].stream_id, [each.event for each in recorded])
    # Underscored attributes are the library's bookkeeping, not the order's or payment's state.
    fields = {name: value for name, value in vars(aggregate).items() if not name.startswith("_")}
    plain = msgspec.to_builtins(fields, str_keys=True, enc_hook=as_text)
    return cast("dict[str, object]", plain)


def as_text(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def flat(state: object, prefix: str = "") -> dict[str, str]:
    """Returns nested state as `lines.HT-1.quantity -> 2`, so that two states compare by field."""
    if isinstance(state, dict) and state:
        pairs = [(str(name), value) for name, value in state.items()]
    elif isinstance(state, list | tuple) and state:
        pairs = [(str(number), value) for number, value in enumerate(state)]
    else:
        return {prefix: shown(state)} if prefix else {}
    result: dict[str, str] = {}
    for name, value in pairs:
        result |= flat(value, f"{prefix}.{name}" if prefix else name)
    return result


def shown(value: object) -> str:
    match value:
        case None | "" | {} | []:
            return ABSENT
        case True:
            return "yes"
        case False:
            return "no"
        case _:
            return str(value)


def changes(before: dict[str, object], after: dict[str, object]) -> tuple[Change, ...]:
    """Returns every field of either state, those that changed first."""
    old, new = flat(before), flat(after)
    rows = [
        Change(
            field=name,
            before=old.get(name, ABSENT),
            after=new.get(name, ABSENT),
            changed=old.get(name, ABSENT) != new.get(name, ABSENT),
        )
        for name in dict.fromkeys([*old, *new])
    ]
    return tuple(sorted(rows, key=lambda row: not row.changed))
