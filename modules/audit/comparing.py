"""Two states of a stream beside each other, and what tables hold beside what the events make."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from events.database import execute, fetch
from events.generations import choose, home_of, models, quoted, tables
from events.privacy.sealing import SEALED, View, personal_fields
from events.sequencer import sequence
from events.store import RecordedEvent, read_stream
from modules.audit.contracts import Change, RowCompared
from modules.audit.folding import ABSENT, flat

type Row = dict[str, Any]
# (table, key) -> row
type Rows = dict[tuple[str, str], Row]


def stored_and_fresh(stream_ids: Sequence[UUID]) -> tuple[RowCompared, ...]:
    """Returns the rows that these streams feed: as the tables hold them, as the events make them.

    Nothing stays of it: the events are folded into tables of this transaction's own. The streams
    have to be all that feed these rows: an order and all its payments. Personal values say only
    whether they agree.
    """
    sequence()
    recorded = [event for stream_id in stream_ids for event in read_stream(stream_id)]
    numbered = sorted(
        (event for event in recorded if event.position is not None),
        key=lambda event: event.position or 0,
    )
    stored, fresh = folded(numbered, "open")
    sealed = folded(numbered, "sealed")[1]
    return tuple(
        RowCompared(
            table=table,
            key=key,
            columns=columns(stored.get((table, key), {}), row, sealed.get((table, key), {})),
        )
        for (table, key), row in fresh.items()
    )


def columns(stored: Row, fresh: Row, sealed: Row) -> tuple[Change, ...]:
    """Returns every field of a row, those that differ first; `before` is what is stored."""
    old, new, hidden = flat(stored), flat(fresh), flat(sealed)
    found = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        # What reads differently when the seals are closed is somebody's.
        if hidden.get(name, ABSENT) != after:
            shown = (SEALED, SEALED if before == after else f"{SEALED}, and another")
        else:
            shown = (before, after)
        found.append(Change(field=name, before=shown[0], after=shown[1], changed=before != after))
    return tuple(sorted(found, key=lambda each: not each.changed))


def folded(recorded: Sequence[RecordedEvent], view: View) -> tuple[Rows, Rows]:
    """Returns the rows that the events make, and the stored ones of the same keys before them."""
    chosen = choose(())
    with transaction.atomic():
        homes = {table: home_of(table) for each in chosen for table in tables(each)}
        before: str = fetch("SHOW search_path")[0][0]
        for table, home in homes.items():
            execute(
                f"CREATE TEMPORARY TABLE {quoted(table)}"
                f" (LIKE {home}.{quoted(table)} INCLUDING ALL) ON COMMIT DROP"
            )
        # Named first, so that statements prepared for the live tables are planned anew.
        execute(f"SET LOCAL search_path = pg_temp, {before}")
        with personal_fields(view):
            for projection in chosen:
                wanted = [row for row in reread(recorded) if type(row.event) in projection.events]
                if wanted:
                    projection.project(wanted)
        fresh: Rows = {}
        stored: Rows = {}
        for projection in chosen:
            for model in models(projection):
                table, primary = model._meta.db_table, quoted(model._meta.pk.column or "")
                made = rows(f"pg_temp.{quoted(table)}", primary)
                same = f"WHERE {primary} IN (SELECT {primary} FROM pg_temp.{quoted(table)})"  # noqa: S608
                held = rows(f"{homes[table]}.{quoted(table)}", primary, same)
                fresh |= {(table, key): row for key, row in made.items()}
                stored |= {(table, key): row for key, row in held.items()}
        transaction.set_rollback(True)
    return stored, fresh


def reread(recorded: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Returns the events undecoded again: a decoded one keeps the view in which it was read."""
    return [
        RecordedEvent(**{name: value for name, value in vars(row).items() if name != "event"})
        for row in recorded
    ]


def rows(table: str, primary: str, condition: str = "") -> dict[str, Row]:
    """Returns the rows of a table by key."""
    found = fetch(
        f"SELECT {primary}::text, to_jsonb(t)::text FROM {table} t {condition} ORDER BY 1"  # noqa: S608  # quoted names
    )
    return {key: json.loads(text) for key, text in found}
