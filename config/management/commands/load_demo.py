"""`manage.py load_demo`: fills an empty shop with the range of the demo shop."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo.loader import load_demo
from modules.catalog.selectors import catalogue_size
from modules.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Loads the demo shop: range, prices, stock, delivery, taxes and three accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="load into a shop that has products already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if catalogue_size() and not options["force"]:
            self.stdout.write("The shop has products already; --force loads the demo over them.")
            return
        try:
            load_demo(lambda line: self.stdout.write(f"  {line}"))
        except DomainError as refusal:
            raise CommandError(f"{refusal.message}. Nothing was loaded.") from None
