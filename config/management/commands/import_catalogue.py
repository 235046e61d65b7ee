"""`manage.py import_catalogue FILE`: makes products out of a year of somebody's invoices."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.environment import environment
from config.importing.gathering import Gathering, Goods
from config.importing.loading import load
from config.importing.reading import FileRefused, line_count, read_lines
from config.importing.report import Report
from modules.kernel.errors import DomainError
from modules.kernel.money import EXPONENTS

# Telling the bar about every line would cost as much as reading it.
TOLD_EVERY = 10_000


class Command(BaseCommand):
    help = "Imports the stock codes of invoice lines (CSV or Parquet) as products."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="invoice lines; docs/guides/importing.md")
        parser.add_argument(
            "--also-in",
            type=rate,
            action="append",
            default=[],
            metavar="EUR=1.17",
            help="list prices in a further currency at so much per pound; may be repeated",
        )
        parser.add_argument("--dry-run", action="store_true", help="judge and report, save nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description:10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        try:
            with Progress(*columns, console=console, transient=True) as progress:
                gathering = gather(options["file"], progress)
                report_path, report = judge(options["file"], gathering, progress)
                goods = gathering.goods()
                outcome = "nothing was saved (--dry-run)"
                if not options["dry_run"]:
                    outcome = save(goods, dict(options["also_in"]), progress)
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from None
        except DomainError as refusal:
            raise CommandError(f"{refusal.message}. Nothing was imported.") from None
        Console().print(report.summary())
        self.stdout.write(f"{len(goods):,} products: {outcome}.")
        self.stdout.write(f"Every code and line that is no plain import: {report_path}")


def rate(text: str) -> tuple[str, Decimal]:
    """Reads `EUR=1.17`."""
    match = re.fullmatch(r"([A-Z]{3})=(\d{1,6}(?:\.\d{1,8})?)", text)
    if match is None or match[1] not in EXPONENTS or match[1] == "GBP" or not Decimal(match[2]):
        raise ArgumentTypeError(f"{text!r} is no rate: write a currency and a figure, EUR=1.17")
    return match[1], Decimal(match[2])


def gather(path: Path, progress: Progress) -> Gathering:
    gathering = Gathering()
    task = progress.add_task("Reading", total=line_count(path))
    for line in read_lines(path):
        gathering.take(line)
        if line.number % TOLD_EVERY == 0:
            progress.update(task, completed=line.number)
    if not gathering.codes:
        raise FileRefused(f"{path.name} has no lines, so there is nothing to import")
    return gathering


def judge(path: Path, gathering: Gathering, progress: Progress) -> tuple[Path, Report]:
    """Writes the report in a second reading: what a code is was known only after the first."""
    folder = environment().data_directory / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    report_path = folder / f"{path.stem}-catalogue.csv"
    task = progress.add_task("Judging", total=line_count(path))
    with report_path.open("w", encoding="utf-8", newline="") as file:
        report = Report(file)
        for code, judgement in gathering.code_judgements().items():
            report.add_code(code, judgement)
        for line in read_lines(path):
            report.add_line(line, gathering.line_judgement(line))
            if line.number % TOLD_EVERY == 0:
                progress.update(task, completed=line.number)
    return report_path, report


def save(goods: list[Goods], rates: dict[str, Decimal], progress: Progress) -> str:
    tasks = {
        step: progress.add_task(step, total=len(goods))
        for step in ("Prices", "Stock", "Products", "Listings")
    }
    loaded = load(goods, rates=rates, advance=lambda step, n: progress.advance(tasks[step], n))
    return f"{loaded.new:,} new, {loaded.known:,} known before"
