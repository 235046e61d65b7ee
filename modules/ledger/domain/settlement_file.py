"""A provider's settlement file: lines of comma-separated values, all of them understood or none.

Headings: `id,kind,amount,currency,occurred_at`, and if the provider has them `operation`,
`payment`, `reference`, `description`, `provider`. Amounts are decimals above zero, times RFC 3339.
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import get_args
from uuid import UUID

from modules.kernel.money import Money, MoneyError
from modules.ledger.contracts import FileProblem, SettlementFile, SettlementFileRefused
from modules.payments.contracts import SettlementKind, SettlementRecord

LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_LINES = 200_000
# More is not read by anybody; the rest is counted.
PROBLEMS_SHOWN = 50
CELL = 200
# So many charges of which none is known are not a difference but a mistake.
MANY = 10
NEEDED = ("id", "kind", "amount", "currency", "occurred_at")
OPTIONAL = ("operation", "payment", "reference", "description", "provider")
KINDS: tuple[str, ...] = get_args(SettlementKind.__value__)
LATEST_YEAR = 2100


def read(file: SettlementFile) -> list[SettlementRecord]:
    """Returns the records of a file.

    Raises:
        SettlementFileRefused: it is too large, not text, not this provider's, or lines of it
            cannot be read; `problems` names each with its line.
    """
    if len(file.content) > LIMIT_BYTES:
        raise refused(file, [FileProblem(line=0, message=f"It has more than {LIMIT_BYTES} bytes")])
    records: list[SettlementRecord] = []
    problems: list[FileProblem] = []
    seen: dict[str, tuple[int, SettlementRecord]] = {}
    for line, cells in rows(file):
        try:
            record = record_of(cells, file.provider)
            first = seen.setdefault(record.id, (line, record))
            if first[1] != record:
                raise ValueError(f"id: {record.id!r} stands in line {first[0]} with other content")
        except (ValueError, MoneyError) as error:
            problems.append(FileProblem(line=line, message=str(error)))
            continue
        records.append(record)
    if problems:
        raise refused(file, problems)
    if not records:
        raise refused(file, [FileProblem(line=2, message="It has no lines below its headings")])
    return records


def rows(file: SettlementFile) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields each line below the headings with its number; empty lines are left out."""
    reader = csv.reader(StringIO(text_of(file), newline=""), strict=True)
    try:
        headings = [cell.strip().lower() for cell in next(reader, [])]
        check_headings(file, headings)
        for number, cells in enumerate(reader, start=1):
            if number > LIMIT_LINES:
                message = f"It has more than {LIMIT_LINES} lines: split it"
                raise refused(file, [FileProblem(line=reader.line_num, message=message)])
            if not any(cells):
                continue
            if len(cells) != len(headings):
                message = f"It has {len(cells)} values under {len(headings)} headings"
                raise refused(file, [FileProblem(line=reader.line_num, message=message)])
            yield reader.line_num, dict(zip(headings, map(str.strip, cells), strict=True))
    except csv.Error as error:
        message = f"It is not comma-separated text: {error}"
        raise refused(file, [FileProblem(line=reader.line_num, message=message)]) from None


def text_of(file: SettlementFile) -> str:
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        raise refused(file, [FileProblem(line=line, message="It is not text in UTF-8")]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refused(file, [FileProblem(line=line, message="It is not text: it has a zero byte")])
    return text


def check_headings(file: SettlementFile, headings: list[str]) -> None:
    missing = [name for name in NEEDED if name not in headings]
    unknown = [name for name in headings if name not in (*NEEDED, *OPTIONAL)]
    if missing:
        message = f"The headings lack {', '.join(missing)}; this may be another provider's file"
    elif unknown:
        message = f"Nobody knows the headings {', '.join(map(repr, unknown))[:200]}"
    elif len(set(headings)) != len(headings):
        message = "A heading stands there twice"
    else:
        return
    known = f"{','.join(NEEDED)} and, if it has them, {','.join(OPTIONAL)}"
    raise refused(file, [FileProblem(line=1, message=f"{message}. Needed are {known}")])


def record_of(cells: dict[str, str], provider: str) -> SettlementRecord:
    for name, cell in cells.items():
        if len(cell) > CELL or not cell.isprintable():
            raise ValueError(f"{name}: longer than {CELL} characters, or not printable")
    if not cells["id"]:
        raise ValueError("id: it is empty")
    if cells["kind"] not in KINDS:
        raise ValueError(f"kind: {cells['kind']!r} is none of {', '.join(KINDS)}")
    if cells.get("provider", provider) != provider:
        raise ValueError(f"provider: {cells['provider']!r}, but this is a file of {provider}")
    amount = Money.parse(cells["amount"], cells["currency"])
    if amount.minor <= 0:
        raise ValueError(f"amount: {cells['amount']!r} is not above zero; the kind tells its side")
    return SettlementRecord(
        id=cells["id"],
        kind=cells["kind"],  # type: ignore[arg-type]  # one of KINDS
        amount_minor=amount.minor,
        currency=amount.currency,
        occurred_at=moment(cells["occurred_at"]),
        payment_id=identifier("payment", cells.get("payment", "")),
        operation_id=identifier("operation", cells.get("operation", "")),
        provider_reference=cells.get("reference", ""),
        description=cells.get("description", ""),
    )


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 < found.year < LATEST_YEAR:
        raise ValueError(f"occurred_at: {text!r} is no time like 2026-11-21T14:30:00Z")
    return found


def identifier(name: str, text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is no id of ours") from None


def refuse_foreign(file: SettlementFile, records: list[SettlementRecord], known: int) -> None:
    """Refuses a file of many charges of which the shop knows none.

    Raises:
        SettlementFileRefused: it is another shop's, or another provider's.
    """
    charges = [record for record in records if record.kind in ("charge", "refund")]
    if len(charges) >= MANY and not known:
        message = (
            f"None of its {len(charges)} charges and refunds is known here: it may be another"
            " shop's file, or another provider's"
        )
        raise refused(file, [FileProblem(line=2, message=message)])


def refused(file: SettlementFile, problems: list[FileProblem]) -> SettlementFileRefused:
    first = problems[0]
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    place = f"Line {first.line}: " if first.line else ""
    return SettlementFileRefused(
        f"{file.name} was not taken. {place}{first.message}{more}. Correct it and send it again;"
        " what is known already is not taken twice.",
        problems=tuple(problems[:PROBLEMS_SHOWN]),
        count=len(problems),
    )
