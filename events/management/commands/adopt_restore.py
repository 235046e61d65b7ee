"""`manage.py adopt_restore`: once, after loading a dump into another cluster."""

from typing import Any

from django.core.management.base import BaseCommand

from events.privacy.erasing import reapply
from events.sequencer import adopt_restore


class Command(BaseCommand):
    help = "Takes over an event store restored from a dump into another PostgreSQL cluster."

    def handle(self, *args: Any, **options: Any) -> None:
        numbered = adopt_restore()
        self.stdout.write(f"Adopted; {numbered} events had not been numbered yet.")
        # The backup brought back the keys of those who were erased after it was made.
        self.stdout.write(f"{reapply()} erasures of the list were carried out again.")
