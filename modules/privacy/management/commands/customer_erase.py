"""`manage.py customer_erase EMAIL|ID`: destroys the keys of somebody's data, for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.privacy.erasing import list_path, reapply
from modules.kernel.errors import DomainError
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer, OrdersOpen
from modules.privacy.selectors import count_orders, person_named


class Command(BaseCommand):
    help = "Erases a customer: their data can never be read again; orders and sums stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "person", nargs="?", metavar="EMAIL|ID", help="e-mail address or account id"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--open-orders-too",
            action="store_true",
            help="erase although orders are open; nobody will know where to send them",
        )
        parser.add_argument(
            "--reapply",
            action="store_true",
            help="erase everybody again who is on the list outside the database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["person"]) == options["reapply"]:
            raise CommandError("Name the customer by e-mail address or id, or give --reapply.")
        try:
            if options["reapply"]:
                self.stdout.write(f"{reapply()} erasures of {list_path()} were carried out.")
            else:
                self.erase(
                    options["person"], sure=options["yes"], open_too=options["open_orders_too"]
                )
        except OrdersOpen as refusal:
            raise CommandError(
                f"{refusal.message} Or give --open-orders-too: nobody can send them then."
            ) from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        except (OSError, ValueError) as error:
            raise CommandError(f"Nothing was erased: {error}") from None

    def erase(self, reference: str, *, sure: bool, open_too: bool) -> None:
        person = person_named(reference)
        orders = count_orders(person)
        account = "an account and " if person.customer_id else ""
        if not sure:
            self.stdout.write(
                f"This erases {account}the personal data of {orders} orders for good."
            )
            if input("Type the same e-mail address or id again to go on: ") != reference:
                raise CommandError("Nothing was erased.")
        erase_customer(EraseCustomer(subjects=person.subjects, open_orders_too=open_too))
        self.stdout.write(f"Erased: {account}the personal data of {orders} orders.")
