"""`manage.py adopt_restore`: once, after loading a dump into another cluster."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.errors import NotRebuildable
from events.integrity.anew import begin_anew
from events.integrity.keys import KeyRefused
from events.privacy.erasing import reapply
from events.sequencer import adopt_restore


class Command(BaseCommand):
    help = "Takes over an event store restored from a dump into another PostgreSQL cluster."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new-log",
            action="store_true",
            help="also begin a new signed log; give it another CHECKPOINT_ORIGIN and key first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_log"]:
            try:
                size = begin_anew()
            except (NotRebuildable, KeyRefused) as refusal:
                raise CommandError(str(refusal)) from None
            self.stdout.write(f"A new log begins; the old one's last checkpoint covers {size}.")
        numbered = adopt_restore()
        self.stdout.write(f"Adopted; {numbered} events had not been numbered yet.")
        # The backup brought back the keys of those who were erased after it was made.
        self.stdout.write(f"{reapply()} erasures of the list were carried out again.")
