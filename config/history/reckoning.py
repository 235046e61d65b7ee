"""What became of every line: totals that add up to the file, and a list of all that is odd."""

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TextIO

from rich.table import Table

from config.history.judging import Kind
from config.history.planning import Plan
from config.importing.reading import Line
from config.importing.report import PENCE

HEADINGS = (
    *("line", "invoice", "code", "description", "outcome", "reason"),
    *("quantity", "unit_price", "amount", "customer"),
)
OUTCOMES: dict[Kind, str] = {
    "sale": "imported",
    "return": "imported",
    "adjustment": "adjusted",
    "rejected": "rejected",
}


@dataclass(slots=True)
class Sum:
    """Lines with one fate, and their money in pounds, exactly."""

    lines: int = 0
    amount: Decimal = field(default_factory=Decimal)


class Reckoning:
    """Counts plans as they are booked, and writes down every line that is no plain import."""

    def __init__(self, file: TextIO) -> None:
        self.sums: dict[tuple[str, str], Sum] = {}
        self.invoices = 0
        self._writer = csv.writer(file)
        self._writer.writerow(HEADINGS)

    def add(self, plan: Plan) -> None:
        self.invoices += 1
        for line, found in zip(plan.lines, plan.rulings, strict=True):
            outcome = OUTCOMES[found.kind]
            # What is wrong with one value is told in the list; in the summary it is one row.
            reason = found.reason.partition(":")[0] if outcome == "rejected" else found.reason
            fate = self.sums.setdefault((outcome, reason), Sum())
            fate.lines += 1
            fate.amount += line.amount
            if outcome != "imported":
                self._write(line, outcome, found.reason)

    def _write(self, line: object, outcome: str, reason: str) -> None:
        if isinstance(line, Line):
            values = (line.quantity, line.price, line.amount, line.customer)
            told = (line.number, line.invoice, line.code, line.description)
        else:
            values = ("", "", line.amount, "")  # type: ignore[attr-defined, assignment]
            told = (line.number, line.invoice, line.code, "")  # type: ignore[attr-defined]
        self._writer.writerow((*told, outcome, reason, *values))

    def of(self, outcome: str) -> Sum:
        """Returns how many lines had an outcome, and their money."""
        found = [fate for (name, _), fate in self.sums.items() if name == outcome]
        return _added(found)

    @property
    def whole(self) -> Sum:
        return _added(list(self.sums.values()))

    def summary(self) -> Table:
        """Returns a table of all fates; its last row is the whole file."""
        table = Table("Outcome", "Reason")
        for heading in ("Lines", "GBP"):
            table.add_column(heading, justify="right")
        for (outcome, reason), fate in sorted(self.sums.items()):
            table.add_row(outcome, reason, *_figures(fate))
        table.add_section()
        for outcome in ("imported", "adjusted", "rejected"):
            table.add_row(outcome, "", *_figures(self.of(outcome)))
        table.add_section()
        table.add_row("all", "", *_figures(self.whole))
        return table


def _figures(fate: Sum) -> tuple[str, str]:
    return f"{fate.lines:,}", f"{fate.amount + PENCE:,f}"


def _added(fates: list[Sum]) -> Sum:
    whole = Sum()
    for fate in fates:
        whole.lines += fate.lines
        whole.amount += fate.amount
    return whole
