"""`manage.py customer_export EMAIL|ID`: all that is kept of somebody, as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.errors import DomainError
from modules.privacy.selectors import person_named, personal_data


class Command(BaseCommand):
    help = "Prints all that the shop keeps of a customer as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", metavar="EMAIL|ID", help="e-mail address or account id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = personal_data(person_named(options["person"]))
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True))
