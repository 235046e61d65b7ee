"""The reconciliation as people read it: every invoice, why not, and the sums."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.replaying.reckoning import DayReport, Outcome

COLUMNS = ("InvoiceNo", "Line", "StockCode", "Quantity", "UnitPrice", "Amount", "Verdict", "Reason")


def tell(report: DayReport, outcomes: Iterable[Outcome], console: Console) -> None:
    """Prints every invoice, the reasons of what was rejected, and the sums."""
    console.print(invoices(report))
    console.print(reasons(outcomes))
    console.print(totals(report))
    for each in report.invoices:
        for contradiction in each.contradictions:
            console.print(f"[red]{each.number}: {contradiction}[/red]")


def invoices(report: DayReport) -> Table:
    table = Table(title="Invoices, in GBP")
    for name in ("Invoice", "Lines", "File", "Charged", "Refunded", "Rejected"):
        table.add_column(name, justify="left" if name == "Invoice" else "right")
    table.add_column("To the penny")
    for each in report.invoices:
        figures = (each.file, each.charged, each.refunded, each.rejected)
        agrees = "no" if each.contradictions else "yes"
        table.add_row(each.number, str(each.lines), *(amount(figure) for figure in figures), agrees)
    return table


def reasons(outcomes: Iterable[Outcome]) -> Table:
    lines: Counter[str] = Counter()
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for outcome in outcomes:
        if outcome.verdict == "rejected":
            lines[outcome.reason] += 1
            sums[outcome.reason] += outcome.amount
    table = Table(title="Rejected, and why")
    table.add_column("Reason")
    table.add_column("Lines", justify="right")
    table.add_column("GBP", justify="right")
    for reason, count in lines.most_common():
        table.add_row(reason, str(count), amount(sums[reason]))
    return table


def totals(report: DayReport) -> Table:
    table = Table(title="The day, in GBP", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("charged", amount(report.charged))
    table.add_row("refunded", amount(report.refunded))
    table.add_row("rejected", amount(report.rejected))
    table.add_row("together", amount(report.charged + report.refunded + report.rejected))
    table.add_row("the file", amount(report.file))
    table.add_row("to the penny", "yes" if report.agrees else "[red]no[/red]")
    return table


def amount(figure: Decimal) -> str:
    """Returns an amount with at least two decimals and all that it has: 2.50, 0.001."""
    exponent = figure.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{figure:,.{places}f}"


def write(outcomes: Iterable[Outcome], path: Path) -> None:
    """Writes what became of every line, one row per part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for outcome in sorted(outcomes, key=lambda each: each.line.number):
            line = outcome.line
            rows.writerow(
                (
                    outcome.invoice,
                    line.number,
                    line.code,
                    outcome.quantity,
                    line.price,
                    outcome.amount,
                    outcome.verdict,
                    outcome.reason,
                )
            )
