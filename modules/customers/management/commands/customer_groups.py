"""`manage.py customer_groups EMAIL [GROUP ...]`: sets the groups that promotions look at."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.customers.commands import set_customer_groups
from modules.customers.contracts import SetCustomerGroups
from modules.customers.selectors import customer_by_email, customer_groups
from modules.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Sets which groups a customer is in; without any, takes them out of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account's e-mail address")
        parser.add_argument("groups", nargs="*", metavar="GROUP", help="such as trade or press")

    def handle(self, *args: Any, **options: Any) -> None:
        found = customer_by_email(options["email"])
        if found is None:
            raise CommandError(f"There is no account of {options['email']}.")
        try:
            set_customer_groups(
                SetCustomerGroups(customer_id=found.id, groups=tuple(options["groups"]))
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message}.") from None
        names = ", ".join(customer_groups(found.id)) or "no group"
        self.stdout.write(f"{found.email}: {names}")
