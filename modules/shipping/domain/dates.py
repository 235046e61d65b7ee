"""When a parcel arrives: working days from Monday to Friday. Public holidays are not known here."""

from datetime import date, timedelta

SATURDAY = 5


def after_working_days(start: date, days: int) -> date:
    """Returns the working day that is `days` working days after `start`; 0: the next one itself."""
    day = start
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day
