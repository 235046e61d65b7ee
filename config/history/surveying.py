"""The first reading of the file: where each invoice ends, what ever comes back, and the sum."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from config.history.judging import number_of, ruling
from config.importing import rules
from config.importing.reading import FileRefused, Line, UnreadableLine, read_lines

type AnyLine = Line | UnreadableLine

# Telling the bar about every line would cost as much as reading it.
TOLD_EVERY = 10_000


@dataclass(slots=True)
class Survey:
    """What has to be known of the whole file before its first invoice can be booked.

    `ends` is the last line of each invoice, because the lines of one need not stand together;
    `returned` holds what ever comes back, by customer and code, so that no other sale has to be
    kept in mind. `amount` is the sum of the file, added up before anything is judged.
    """

    ends: dict[str, int] = field(default_factory=dict)
    returned: set[tuple[str, str]] = field(default_factory=set)
    lines: int = 0
    amount: Decimal = field(default_factory=Decimal)


def survey(path: Path) -> Generator[int, None, Survey]:
    """Reads the file once; yields now and then how many lines were read, and returns the survey.

    Raises:
        FileRefused: it cannot be read as invoice lines, or has none.
    """
    found = Survey()
    for line in read_lines(path):
        found.lines = line.number
        found.amount += line.amount
        found.ends[number_of(line.invoice)] = line.number
        if line.invoice[:1] in ("C", "c") and ruling(line).kind == "return":
            assert isinstance(line, Line)
            found.returned.add((line.customer, rules.merged_code(line.code)))
        if line.number % TOLD_EVERY == 0:
            yield line.number
    if not found.lines:
        raise FileRefused(f"{path.name} has no lines, so there is nothing to import")
    return found


def invoices(path: Path, found: Survey) -> Iterator[tuple[str, list[AnyLine]]]:
    """Yields each invoice with all its lines, in the order in which the file completes them."""
    going_on: dict[str, list[AnyLine]] = {}
    for line in read_lines(path):
        number = number_of(line.invoice)
        lines = going_on.setdefault(number, [])
        lines.append(line)
        if found.ends[number] == line.number:
            yield number, going_on.pop(number)
