"""`manage.py replay_trade FILE --date DAY`: plays a day's invoices through the running shop."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.environment import environment
from config.importing.reading import FileRefused
from config.replaying.day import Day, read_day
from config.replaying.playing import Player
from config.replaying.reckoning import Reckoning, day_report
from config.replaying.shop import SCOPES, Shop, ShopUnreachable
from config.replaying.telling import tell, write
from modules.customers.commands import issue_api_key, revoke_api_key
from modules.customers.contracts import IssueApiKey


class Command(BaseCommand):
    help = "Plays the invoices of one day (CSV or Parquet) through the shop's HTTP API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="invoice lines; docs/guides/importing.md")
        parser.add_argument(
            "--date", type=date.fromisoformat, required=True, help="the day to play, 2010-12-01"
        )
        parser.add_argument("--url", default="", help="the shop's address; this machine's if left")
        parser.add_argument("--key", default="", help="an API key; one is made here if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = read_day(options["file"], options["date"])
            if not day.invoices:
                raise CommandError(f"{options['file'].name} has no invoice of {options['date']}.")
            with key(options["key"]) as secret, client(options["url"]) as connection:
                reckoning = play(Shop(connection, secret), day)
        except (FileRefused, ShopUnreachable) as refusal:
            raise CommandError(str(refusal)) from None
        self.conclude(day, reckoning, options["date"])

    def conclude(self, day: Day, reckoning: Reckoning, wanted: date) -> None:
        report = day_report(day, reckoning)
        path = environment().data_directory / "replays" / f"{wanted}.csv"
        write(reckoning.outcomes, path)
        tell(report, reckoning.outcomes, Console())
        if day.unreadable:
            self.stdout.write(f"{day.unreadable:,} lines of the file cannot be read at all.")
        self.stdout.write(f"What became of each of {day.line_count:,} lines: {path}")
        if not report.agrees:
            raise CommandError("The shop and the file do not agree: see the red lines above.")


def play(shop: Shop, day: Day) -> Reckoning:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Lines", total=day.line_count)
        player = Player(shop, day, lambda invoice: progress.advance(task, len(invoice.lines)))
        return player.play()


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url or settings.PUBLIC_URL, timeout=60)


@contextmanager
def key(given: str) -> Iterator[str]:
    """Hands on the given key, or one made for this replay and revoked after it.

    Raises:
        CommandError: none was given, and the shop's database is not on this machine.
    """
    if given:
        yield given
        return
    try:
        issued = issue_api_key(IssueApiKey(name="replay_trade", scopes=SCOPES))
    except DatabaseError as error:
        raise CommandError(
            f"A key cannot be made here ({str(error).strip()}): give one with --key. "
            "`python manage.py api_key` makes it on the shop's machine."
        ) from None
    try:
        yield issued.secret
    finally:
        revoke_api_key(issued.id)
