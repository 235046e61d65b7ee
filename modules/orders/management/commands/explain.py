"""`manage.py explain ORDER [--amount NAME] [--json]`: how each amount of an order came about."""

import json
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.kernel.errors import DomainError
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.orders.selectors import explanation, order_by_number
from modules.pricing.contracts import EXPLANATION_FORMAT
from modules.pricing.selectors import expanded, in_words


class Command(BaseCommand):
    help = "Expands an amount of an order down to the steps it came from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("order", metavar="ORDER", help="its number, such as 7K3M-9QXA")
        parser.add_argument(
            "--amount", default="total", help="total, tax, discount, due, line_1.tax ..."
        )
        parser.add_argument(
            "--json", action="store_true", help="the whole explanation, as explain.py reads it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = explanation(order_by_number(options["order"]).id)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        if options["json"]:
            content = {"format": EXPLANATION_FORMAT, **msgspec.to_builtins(told)}
            self.stdout.write(json.dumps(content, indent=1, ensure_ascii=False))
            return
        try:
            steps = expanded(told, options["amount"])
        except KeyError:
            names = ", ".join(told.amounts)
            raise CommandError(
                f"There is no amount {options['amount']!r}; choose one of {names}"
            ) from None
        for depth, step in steps:
            amount = written(Money(step.amount_minor, told.currency))
            words = in_words(step, told.currency)
            self.stdout.write(f"{'  ' * depth}{step.name} {amount} = {words} ({step.label})")
