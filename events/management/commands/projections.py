"""`manage.py projections`: the read models, how far they are, rebuilding, checking, the past."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from events import drift, follower, generations, rebuilding
from events.exchanging import Exchanged
from events.management.as_of import add_as_of, dump
from events.standings import standings
from modules.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Lists, rebuilds, checks and looks back at the read models while the shop is open."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every read model, its generations, how far they are")
        actions.add_parser("drift", help="compare every cell with a fresh fold")
        for name, words in (
            ("rebuild", "fold anew beside the live tables, then exchange them"),
            ("back", "exchange the live tables with those that were live before the rebuild"),
            ("discard", "drop the tables that were kept for the way back"),
        ):
            actions.add_parser(name, help=words).add_argument(
                "names", nargs="*", help="projections; all without any"
            )
        add_as_of(actions)
        retry = actions.add_parser("retry", help="fold a parked stream again")
        retry.add_argument("name")
        retry.add_argument("stream")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout, highlight=False)  # type: ignore[arg-type]
        try:
            self.act(console, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def act(self, console: Console, options: dict[str, Any]) -> None:
        match options["action"]:
            case "list":
                show(console)
            case "drift":
                check(console)
            case "rebuild":
                rebuild(console, options["names"])
            case "back":
                told(console, rebuilding.switch_back(options["names"]))
            case "discard":
                generations.discard("kept", options["names"])
            case "as-of":
                dump(console, sys.stdout.buffer, options)
            case _:
                retry(options["name"], options["stream"])


def show(console: Console) -> None:
    table = Table("Projection", "Generation", "State", "Position", "Behind")
    for each in standings():
        position = "with its command" if each.position is None else f"{each.position:,}"
        table.add_row(each.projection, str(each.generation), each.state, position, f"{each.lag:,}")
    console.print(table)
    for parked in follower.parked_streams():
        console.print(
            f"[red]parked[/red] {parked.projection} {parked.stream_id}"
            f" from version {parked.version}: {parked.error}"
        )


def rebuild(console: Console, names: list[str]) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Folding", total=None)

        def progress(position: int, head: int) -> None:
            bar.update(task, completed=position, total=max(head, 1))

        exchanged = rebuilding.rebuild(names, progress)
    told(console, exchanged)


def told(console: Console, exchanged: Exchanged) -> None:
    console.print(
        f"Generation {exchanged.generation} is live, up to position {exchanged.position:,}:"
        f" {exchanged.events:,} events folded, writers waited {exchanged.milliseconds:.0f} ms."
    )


def check(console: Console) -> None:
    found = drift.check()
    if found is None or not found.differences:
        console.print("Every cell is what the events make.")
        return
    table = Table("Table", "Key", "Column", "Stored", "Fresh")
    for each in found.differences:
        column = each.column or "(the row)"
        table.add_row(each.table, each.key, column, shown(each.stored), shown(each.fresh))
    console.print(table)
    raise CommandError(f"{len(found.differences)} cells differ from a fresh fold: rebuild them.")


def shown(value: str | None) -> str:
    return "" if value is None else value[:60]


def retry(name: str, stream: str) -> None:
    for parked in follower.parked_streams(name):
        if str(parked.stream_id) == stream:
            try:
                follower.unpark(name, parked.stream_id)
            except Exception as error:
                raise CommandError(f"It still cannot be folded: {error}") from error
            return
    raise CommandError(f"{name} has parked no stream {stream}; `projections list` shows what is.")
