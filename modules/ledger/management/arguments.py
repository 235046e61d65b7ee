"""What is typed after `manage.py ledger`, read or refused in words."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django.utils.dateparse import parse_date, parse_datetime

from modules.kernel.money import MoneyError, exponent
from modules.ledger.contracts import named_promotion


def moment(text: str) -> datetime:
    """Reads a time or a day; without a zone it is UTC."""
    try:
        day = parse_date(text)
        found = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"“{text}” is not a time; write it like 2026-11-21T14:30:00Z")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def currency(text: str) -> str:
    """Reads the code of a currency that the shop knows."""
    try:
        exponent(text)
    except MoneyError as error:
        raise ArgumentTypeError(str(error)) from None
    return text


def rate(text: str) -> tuple[str, int]:
    """Reads a tax code and its other rate, in millionths: `FR-standard=19.5`."""
    code, found, value = text.partition("=")
    if not found:
        raise ArgumentTypeError(f"“{text}” is no rate; write it like FR-standard=19.5")
    return code, percent(value)


def promotion(text: str) -> tuple[str, int | None]:
    """Reads a promotion, perhaps with its version: `spring@2`."""
    try:
        return named_promotion(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def percent(text: str) -> int:
    """Reads a percentage between 0 and 100 as millionths, exactly."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= 100 or found * 10_000 % 1:
        raise ArgumentTypeError(f"“{text}” is no percentage between 0 and 100 like 19.5")
    return int(found * 10_000)
