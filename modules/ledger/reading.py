"""Reads entries and legs back: the journal in the order of the log, accounts page by page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from events.database import fetch
from modules.adjustments.contracts import joined
from modules.kernel.money import EXPONENTS
from modules.ledger.contracts import (
    AccountUnknown,
    By,
    CursorUnknown,
    JournalEntry,
    JournalFormat,
    Leg,
    Statement,
    StatementQuery,
    StatementRow,
)
from modules.ledger.domain import accounts
from modules.ledger.writing import WRITERS

PAGE_LIMIT = 1000
# Rows read at a time while a journal is exported.
STRETCH = 5000

# The column that each clock reads; a constant, so that no caller's text reaches a statement.
CLOCKS: dict[By, LiteralString] = {"recorded": "recorded_at", "effective": "effective_at"}


def statement(query: StatementQuery) -> Statement:
    """Returns the legs of an account in order, each with the balance after it.

    Raises:
        AccountUnknown: the chart has no such account, or none in such a currency.
        CursorUnknown: the cursor is not one of a page before.
    """
    found = accounts.account(query.account)
    if query.currency not in EXPONENTS:
        raise AccountUnknown(f"No account is kept in {query.currency!r}.", account=query.account)
    start = _place_after(query)
    opening = _sum_before(query, start)
    limit = max(1, min(query.limit, PAGE_LIMIT))
    rows = _legs(query, start, limit + 1)
    balance, shown = opening, []
    for row in rows[:limit]:
        amount = joined(row["amount_minor"], row["rest_millionths"], query.currency)
        balance += amount
        shown.append(_statement_row(row, amount, balance))
    more = len(rows) > limit
    return Statement(
        account=found,
        currency=query.currency,
        opening=opening,
        closing=balance,
        rows=tuple(shown),
        next_cursor=_cursor(rows[limit - 1], query.by) if more else "",
    )


def journal(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: By = "recorded",
) -> Iterator[JournalEntry]:
    """Yields entries with `since` <= time < `until`, in the order of the log."""
    position = 0
    condition = _within(by)
    while rows := fetch(
        f"SELECT {_ENTRY} FROM ledger_entry e WHERE position > %s AND {condition}"  # noqa: S608
        " ORDER BY position LIMIT %s",
        (position, since, since, until, until, STRETCH),
    ):
        yield from _entries(rows)
        position = rows[-1][0]


def journal_file(
    kind: JournalFormat,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    by: By = "recorded",
) -> Iterator[str]:
    """Yields the text of `journal` in a format, piece by piece, however long it is."""
    return WRITERS[kind](journal(since=since, until=until, by=by))


def order_entries(order_id: UUID) -> tuple[JournalEntry, ...]:
    """Returns what was booked for an order, oldest first."""
    rows = fetch(
        f"SELECT {_ENTRY} FROM ledger_entry e WHERE order_id = %s ORDER BY position",  # noqa: S608
        (order_id,),
    )
    return tuple(_entries(rows))


_ENTRY: LiteralString = (
    "e.position, e.event_id, e.stream_id, e.version, e.topic, e.kind, e.memo, e.order_id,"
    " e.number, e.recorded_at, e.effective_at"
)
_ENTRY_FIELDS = (
    "position",
    "event_id",
    "stream_id",
    "version",
    "topic",
    "kind",
    "memo",
    "order_id",
    "number",
    "recorded_at",
    "effective_at",
)


def _within(by: By) -> LiteralString:
    column: LiteralString = CLOCKS[by]
    return (
        f"(%s::timestamptz IS NULL OR e.{column} >= %s)"
        f" AND (%s::timestamptz IS NULL OR e.{column} < %s)"
    )


def _entries(rows: Sequence[Sequence[Any]]) -> Iterator[JournalEntry]:
    legs: dict[int, list[Leg]] = {}
    for position, account, currency, minor, rest in fetch(
        "SELECT position, account, currency, amount_minor, rest_millionths FROM ledger_leg"
        " WHERE position = ANY (%s) ORDER BY id",
        ([row[0] for row in rows],),
    ):
        leg = Leg(account=account, currency=currency, amount=joined(minor, rest, currency))
        legs.setdefault(position, []).append(leg)
    for row in rows:
        fields = dict(zip(_ENTRY_FIELDS, row, strict=True))
        yield JournalEntry(**fields, legs=tuple(legs.get(row[0], ())))


# By effective time two legs may have one moment; the place in the log tells them apart.
_ORDERS: dict[By, LiteralString] = {
    "recorded": "l.position, l.id",
    "effective": "l.effective_at, l.position, l.id",
}
_AFTER: dict[By, LiteralString] = {
    "recorded": "l.position > %s",
    "effective": "(l.effective_at, l.position) > (%s::timestamptz, %s)",
}


def _place_after(query: StatementQuery) -> tuple[object, ...]:
    """Reads a cursor: the place of the last row of the page before."""
    if not query.cursor:
        return ()
    moment, _, position = query.cursor.rpartition("@")
    try:
        if not (position.isascii() and position.isdecimal() and len(position) < 19):
            raise ValueError(position)
        if query.by == "recorded":
            return (int(position),)
        return (datetime.fromisoformat(moment), int(position))
    except ValueError:
        raise CursorUnknown("Begin the statement anew without the cursor.") from None


def _cursor(row: dict[str, Any], by: By) -> str:
    return (
        f"@{row['position']}"
        if by == "recorded"
        else f"{row['effective_at'].isoformat()}@{row['position']}"
    )


def _sum_before(query: StatementQuery, start: tuple[object, ...]) -> Decimal:
    """Returns what the account held before the first row of this page."""
    clock = CLOCKS[query.by]
    if not start and query.since is None:
        return joined(0, 0, query.currency)
    condition = f"NOT ({_AFTER[query.by]})" if start else f"l.{clock} < %s"
    rows = fetch(
        "SELECT coalesce(sum(amount_minor), 0), coalesce(sum(rest_millionths), 0)"  # noqa: S608
        f" FROM ledger_leg l WHERE account = %s AND currency = %s AND {condition}",
        (query.account, query.currency, *(start or (query.since,))),
    )
    return joined(int(rows[0][0]), int(rows[0][1]), query.currency)


def _legs(query: StatementQuery, start: tuple[object, ...], limit: int) -> list[dict[str, Any]]:
    after = f" AND {_AFTER[query.by]}" if start else ""
    rows = fetch(
        f"SELECT l.amount_minor, l.rest_millionths, {_ENTRY} FROM ledger_leg l"  # noqa: S608
        " JOIN ledger_entry e USING (position)"
        f" WHERE l.account = %s AND l.currency = %s AND {_within(query.by)}{after}"
        f" ORDER BY {_ORDERS[query.by]} LIMIT %s",
        (
            *(query.account, query.currency),
            *(query.since, query.since, query.until, query.until),
            *(*start, limit),
        ),
    )
    names = ("amount_minor", "rest_millionths", *_ENTRY_FIELDS)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _statement_row(row: dict[str, Any], amount: Decimal, balance: Decimal) -> StatementRow:
    fields = {name: row[name] for name in _ENTRY_FIELDS if name != "topic"}
    return StatementRow(**fields, amount=amount, balance=balance)
