"""What became of every code and every line: a file with each refusal, and totals that add up."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TextIO

from rich.table import Table

from config.importing.gathering import Judgement
from config.importing.reading import Line, UnreadableLine

HEADINGS = (
    *("what", "line", "invoice", "code", "outcome", "reason"),
    *("quantity", "unit_price", "amount"),
)

# Adding it shows an amount with two decimals at least, and changes none.
PENCE = Decimal("0.00")


@dataclass(slots=True)
class Total:
    """Codes and lines with one fate, and the money of those lines in pounds, exactly."""

    codes: int = 0
    lines: int = 0
    amount: Decimal = field(default_factory=Decimal)


class Report:
    """Counts fates as it is told them, and writes down all that are not plain imports."""

    def __init__(self, file: TextIO) -> None:
        self.totals: dict[Judgement, Total] = {}
        self._writer = csv.writer(file)
        self._writer.writerow(HEADINGS)

    def add_code(self, code: str, judgement: Judgement) -> None:
        self._total(judgement).codes += 1
        if judgement.outcome != "imported":
            self._writer.writerow(["code", "", "", code, *judgement, "", "", ""])

    def add_line(self, line: Line | UnreadableLine, judgement: Judgement) -> None:
        total = self._total(judgement)
        total.lines += 1
        total.amount += line.amount
        if judgement.outcome != "imported":
            money: tuple[object, ...] = ("", "", "")
            if isinstance(line, Line):
                money = (line.quantity, line.price, line.amount)
            self._writer.writerow(
                ["line", line.number, line.invoice, line.code, *judgement, *money]
            )

    def _total(self, judgement: Judgement) -> Total:
        # A merged code names what it was merged into; in the summary they are one row.
        reason = judgement.reason.partition(" into ")[0]
        return self.totals.setdefault(judgement._replace(reason=reason), Total())

    def summary(self) -> Table:
        """Returns a table of all fates; its last row is the whole file."""
        table = Table("Outcome", "Reason")
        for heading in ("Codes", "Lines", "GBP"):
            table.add_column(heading, justify="right")
        for judgement, total in sorted(self.totals.items()):
            table.add_row(judgement.outcome, judgement.reason, *_figures(total))
        table.add_section()
        table.add_row("all", "", *_figures(_sum(self.totals.values())))
        return table


def _figures(total: Total) -> tuple[str, str, str]:
    return f"{total.codes:,}", f"{total.lines:,}", f"{total.amount + PENCE:,}"


def _sum(totals: Iterable[Total]) -> Total:
    whole = Total()
    for total in totals:
        whole.codes += total.codes
        whole.lines += total.lines
        whole.amount += total.amount
    return whole
