"""`manage.py restore FOLDER`: a backup, put into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import BackupRefused, restore


class Command(BaseCommand):
    help = "Puts a backup into an empty database, and takes its event store over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument(
            "--checkpoint", type=Path, help="the newest checkpoint that had left the host"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restore(options["folder"], options["checkpoint"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"Restored the backup of {restored.manifest.made_at}: the log up to position"
            f" {restored.position:,}, {restored.numbered:,} of it not numbered at the backup."
        )
        self.stdout.write(f"{restored.erased:,} erasures of the list were carried out again.")
        if restored.missing is None:
            self.stdout.write("What came after it is lost; --checkpoint tells how much that is.")
        elif restored.missing:
            self.stdout.write(
                f"{restored.missing:,} events that the checkpoint covers are not in the backup."
            )
        else:
            self.stdout.write("Nothing that the checkpoint covers is missing.")
