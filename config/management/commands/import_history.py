"""`manage.py import_history FILE`: brings a year of somebody's invoices into the books."""

from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from config.environment import environment
from config.history.reckoning import Reckoning
from config.history.running import Imported, import_history
from config.importing.reading import FileRefused, line_count
from modules.kernel.errors import DomainError

AGAIN = "What is recorded stays recorded: start the same command again, and it goes on from there."


class RateColumn(ProgressColumn):
    """How many lines a second go by."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} lines/s" if task.speed else "")


class Command(BaseCommand):
    help = "Imports invoice lines (CSV or Parquet) as orders, payments, returns and adjustments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="invoice lines; docs/guides/importing.md")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        folder = environment().data_directory / "imports"
        folder.mkdir(parents=True, exist_ok=True)
        report_path = folder / f"{path.stem}-history.csv"
        try:
            with report_path.open("w", encoding="utf-8", newline="") as file:
                reckoning = Reckoning(file)
                done = self.run(path, reckoning)
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from None
        except (DomainError, DatabaseError) as error:
            raise CommandError(f"The import stopped: {str(error).strip()} {AGAIN}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {AGAIN}") from None
        self.conclude(done, reckoning, report_path)

    def run(self, path: Path, reckoning: Reckoning) -> Imported:
        columns = (
            TextColumn("{task.description:10}"),
            *(BarColumn(), MofNCompleteColumn(), RateColumn()),
            *(TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            reading = progress.add_task("Reading", total=line_count(path))
            recording = progress.add_task("Recording", total=None, start=False)

            def begin(lines: int) -> None:
                progress.update(reading, total=lines, completed=lines)
                progress.update(recording, total=lines)
                progress.start_task(recording)

            return import_history(
                path,
                reckoning,
                surveyed=lambda lines: progress.update(reading, completed=lines),
                total=begin,
                recorded=lambda lines: progress.update(recording, completed=lines),
            )

    def conclude(self, done: Imported, reckoning: Reckoning, report_path: Path) -> None:
        table = StringIO()
        Console(file=table, width=100).print(reckoning.summary())
        self.stdout.write(table.getvalue())
        self.stdout.write(
            f"{done.invoices:,} invoices, {done.known:,} of them recorded before;"
            f" {done.events:,} events added."
        )
        self.stdout.write(f"Every line that was adjusted or rejected: {report_path}")
        if reckoning.whole.amount != done.file_amount or reckoning.whole.lines != done.lines:
            raise CommandError(
                f"The file comes to {done.file_amount} in {done.lines} lines, its parts to"
                f" {reckoning.whole.amount} in {reckoning.whole.lines}."
            )
