"""`manage.py api_key NAME --scope orders:read`: issues a key for a machine and shows it once."""

from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from modules.customers.commands import issue_api_key
from modules.customers.contracts import SCOPES, IssueApiKey
from modules.kernel import clock


class Command(BaseCommand):
    help = "Issues an API key and prints its secret, which is not stored and not shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who or what will use the key")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=SCOPES,
            dest="scopes",
            help="what the key may do; repeat it for several",
        )
        parser.add_argument("--days", type=int, help="end the key after so many days")

    def handle(self, *args: object, **options: object) -> None:
        name, scopes, days = options["name"], options["scopes"], options["days"]
        assert isinstance(name, str)
        assert isinstance(scopes, list)
        expires_at = None
        if isinstance(days, int):
            if days < 1:
                raise CommandError("--days must be 1 or more; leave it out for a key without end")
            expires_at = clock.now() + timedelta(days=days)
        issued = issue_api_key(IssueApiKey(name=name, scopes=tuple(scopes), expires_at=expires_at))
        self.stdout.write(issued.secret)
        self.stderr.write(f"Key {issued.id} for {name}: {', '.join(scopes)}. Keep it safe.")
