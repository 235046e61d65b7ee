"""Gapless numbers: taken under a row lock, in the transaction that stores the document.

Whoever comes second waits until the first has committed or rolled back. What is rolled back gives
its number back, so that a series has no hole (Directive 2006/112/EC, article 226 (2)).
"""

from datetime import date

from django.conf import settings

from events.database import fetch, require_transaction
from modules.invoicing.contracts import Kind

DIGITS = 6

_TAKE = (
    "INSERT INTO invoicing_series AS series (name, last) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last"
)


def take_number(kind: Kind, day: date) -> tuple[str, str]:
    """Returns the series of a kind and a day's year, and the next number in it.

    Raises:
        NotInTransaction: there is no transaction that the number could be given back with.
    """
    require_transaction("a document's number")
    series = f"{settings.INVOICE_SERIES[kind]}-{day.year}"
    last = fetch(_TAKE, (series,))[0][0]
    return series, f"{series}-{last:0{DIGITS}d}"
