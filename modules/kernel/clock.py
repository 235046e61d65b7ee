"""The one place that reads the time. Aggregates and rules are given times as arguments."""

from datetime import UTC, datetime


def now() -> datetime:
    """Returns the present moment as an aware UTC time."""
    return datetime.now(UTC)
