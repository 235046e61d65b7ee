"""`manage.py paint_pictures`: repaints the committed pictures of the demo shop."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.demo.manifest import PICTURES, Picture, write_manifest
from config.demo.painting import paint_everything
from config.demo.staging import picture_count


class Command(BaseCommand):
    help = "Repaints every picture of the demo shop from its recipe (takes some minutes)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=2, help="painters at work at once")
        parser.add_argument("--folder", type=Path, default=PICTURES, help="where pictures go")

    def handle(self, *args: Any, **options: Any) -> None:
        processes: int = options["processes"]
        folder: Path = options["folder"]
        if processes < 1:
            raise CommandError("--processes must be 1 or more")
        try:
            pictures = self._paint(folder, processes)
            write_manifest(pictures, folder)
        except OSError as error:
            raise CommandError(f"the pictures cannot be written: {error}") from error
        size = sum(rendition.bytes for picture in pictures for rendition in picture.renditions)
        self.stdout.write(f"{len(pictures)} pictures, {size / 1_000_000:.1f} MB, in {folder}")

    def _paint(self, folder: Path, processes: int) -> list[Picture]:
        pictures: list[Picture] = []
        columns = (
            TextColumn("Painting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("", total=picture_count())
            for painted in paint_everything(folder, processes=processes):
                pictures += painted
                progress.advance(task, len(painted))
        return pictures
