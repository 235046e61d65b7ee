"""Amounts of the books: exact, however fine."""

from decimal import Decimal

from django import template

from modules.ledger.contracts import plain

register = template.Library()


@register.filter
def exactly(amount: Decimal, currency: str) -> str:
    """Writes an amount with all its digits and a gap between thousands: `9,747,747.934`."""
    whole, point, rest = plain(amount, currency).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else f"-0{point}{rest}"
