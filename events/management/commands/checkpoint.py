"""`manage.py checkpoint now|list|keys|rotate|retire`: signed checkpoints and their keys."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.integrity.checkpoints import cosignatures, latest, newest, take
from events.integrity.keys import KeyRefused, key_file, retire, rotate, signing_keys
from events.integrity.tree import RecordDamaged


class Command(BaseCommand):
    help = "Signs the log as it stands, lists checkpoints, and changes the signing key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("now", help="sign what is new, without waiting for the worker")
        listing = actions.add_parser("list", help="the last checkpoints, and who cosigned them")
        listing.add_argument("--limit", type=int, default=20)
        actions.add_parser("keys", help="the public keys, to be published")
        actions.add_parser("rotate", help="add a new key; old and new both sign from now on")
        actions.add_parser("retire", help="stop signing with all keys but the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["action"]:
                case "now":
                    self.now()
                case "list":
                    self.list(options["limit"])
                case "keys":
                    self.keys()
                case "rotate":
                    rotate()
                    self.keys()
                case _:
                    self.retire()
        except (KeyRefused, RecordDamaged) as error:
            raise CommandError(str(error)) from None

    def now(self) -> None:
        while take() is not None:
            pass
        found = latest()
        self.stdout.write(found.note if found else "Nothing is recorded yet, so nothing is signed.")

    def list(self, limit: int) -> None:
        found = newest(max(limit, 0))
        lines = cosignatures([each.size for each in found])
        for each in found:
            witnesses = ", ".join(line.witness for line in lines[each.size]) or "nobody"
            moment = each.signed_at.strftime("%Y-%m-%d %H:%M:%SZ")
            self.stdout.write(
                f"{each.size:>12} {moment} {each.root.hex()[:16]} cosigned by {witnesses}"
            )

    def keys(self) -> None:
        for key in signing_keys():
            self.stdout.write(key.verifier.text)

    def retire(self) -> None:
        signed, newest_key = latest(), signing_keys()[0].verifier.text
        if signed is None or newest_key not in signed.keys:
            raise CommandError(
                "The new key has signed nothing yet. Wait for the next checkpoint, which both keys"
                " sign, so that whoever knows the old one can learn of the new one."
            )
        for key in retire():
            self.stdout.write(f"{key.verifier.text} signs no more; {key_file()} has it no more.")
