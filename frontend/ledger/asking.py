"""What the pages of the books are asked, out of their addresses."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime

from modules.ledger.contracts import By

CLOCKS: dict[By, str] = {"recorded": "known then", "effective": "it was then"}


def clock(request: HttpRequest) -> By:
    return "effective" if request.GET.get("by") == "effective" else "recorded"


def moment(text: str, *, end: bool = False) -> datetime | None:
    """Reads a time or a day; `end` makes a day mean its end. Empty is None.

    Raises:
        ValueError: neither, in words for the page.
    """
    text = text.strip()
    if not text:
        return None
    try:
        day = parse_date(text)
        found = parse_datetime(text) if day is None else None
    except ValueError:
        day, found = None, None
    if day is not None and day < date.max:
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return found + timedelta(days=1) if end else found
    if found is None:
        raise ValueError(f"“{text[:40]}” is not a time: write it like 2026-11-21T14:30:00Z.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
