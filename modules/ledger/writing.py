"""The journal as text: a table for accountants (CSV), and a journal for ledger-cli and hledger."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO

from modules.ledger.contracts import JournalEntry, JournalFormat, plain
from modules.ledger.domain import accounts

COLUMNS = (
    "position",
    "event",
    "stream",
    "version",
    "topic",
    "recorded_at",
    "effective_at",
    "kind",
    "order",
    "memo",
    "account_number",
    "account",
    "currency",
    "debit",
    "credit",
)
# What spreadsheets take for a formula at the beginning of a cell.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
ROOTS = {"asset": "assets", "liability": "liabilities", "income": "income", "expense": "expenses"}


def as_csv(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """Yields one line for each leg; amounts as plain decimals, times as RFC 3339 in UTC."""
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for entry in entries:
        for leg in entry.legs:
            writer.writerow(
                (
                    entry.position,
                    entry.event_id,
                    entry.stream_id,
                    entry.version,
                    entry.topic,
                    stamp(entry.recorded_at),
                    stamp(entry.effective_at),
                    entry.kind,
                    harmless(entry.number),
                    harmless(entry.memo),
                    accounts.account(leg.account).number,
                    leg.account,
                    leg.currency,
                    plain(leg.amount, leg.currency) if leg.amount > 0 else "",
                    plain(-leg.amount, leg.currency) if leg.amount < 0 else "",
                )
            )
        yield sheet.getvalue()
        sheet.seek(0)
        sheet.truncate()
    yield sheet.getvalue()


def as_ledger(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """Yields transactions as ledger-cli and hledger read them, dated by effective time.

    The code in parentheses is the position in the log; event and stream stand in comments.
    """
    yield "; The journal of the shop. Code = position of the event in the log.\n"
    for entry in entries:
        moment = entry.effective_at.astimezone(UTC)
        legs = "".join(
            f"    {full_name(leg.account)}  {plain(leg.amount, leg.currency)} {leg.currency}\n"
            for leg in entry.legs
        )
        yield (
            f"\n{moment:%Y-%m-%d} * ({entry.position}) {one_line(entry.memo)}\n"
            f"    ; event: {entry.event_id}\n"
            f"    ; stream: {entry.stream_id} version {entry.version}\n"
            f"    ; recorded: {stamp(entry.recorded_at)}\n{legs}"
        )


WRITERS: dict[JournalFormat, Callable[[Iterable[JournalEntry]], Iterator[str]]] = {
    "csv": as_csv,
    "ledger": as_ledger,
}


def full_name(account: str) -> str:
    return f"{ROOTS[accounts.account(account).type]}:{account}"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def one_line(text: str) -> str:
    return " ".join(text.replace(";", ",").split())


def harmless(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text
