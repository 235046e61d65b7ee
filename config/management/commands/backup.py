"""`manage.py backup [FOLDER]`: the database and the media, while the shop is open."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import BackupRefused, backup, folder_name
from config.environment import environment
from modules.kernel.clock import now


class Command(BaseCommand):
    help = "Writes the database and the media into a new folder, while the shop is open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="default: var/backups/<time>")

    def handle(self, *args: Any, **options: Any) -> None:
        default = environment().data_directory / "backups" / folder_name(now())
        folder = options["folder"] or default
        try:
            manifest = backup(folder)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{folder}: the log up to position {manifest.position:,}.")
        self.stdout.write("Keep it on another machine. Keys are not in it: keep them elsewhere.")
