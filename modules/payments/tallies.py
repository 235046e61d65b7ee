"""Counts by hour: tries to pay, tries that were held back, notifications that were refused.

PostgreSQL counts, so that a limit holds for all processes at once and a lost cache forgives nobody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from events.database import execute, fetch
from events.privacy.secrets import keyed_digest
from modules.kernel.clock import now
from modules.payments.models import Tally

PERIOD = timedelta(hours=1)
KEPT = timedelta(days=31)
# A place or a session is of interest for as long as it is counted; its name is not kept longer.
TRIES_KEPT = timedelta(hours=2)
TRIES = "tries:"
NAME_LENGTH = 80

COUNT = (
    "INSERT INTO payments_tally (name, since, times)"
    " SELECT name, %s, 1 FROM unnest(%s::text[]) AS counted (name) ORDER BY name"
    " ON CONFLICT (name, since) DO UPDATE SET times = payments_tally.times + 1"
    " RETURNING name, times"
)
# All together is counted only where none of the sources is over its own limit.
COUNT_TRY = (
    "WITH asked AS (SELECT * FROM unnest(%s::text[], %s::int[]) AS asked (name, most)),"
    " own AS (INSERT INTO payments_tally (name, since, times)"
    " SELECT name, %s, 1 FROM asked ORDER BY name"
    " ON CONFLICT (name, since) DO UPDATE SET times = payments_tally.times + 1"
    " RETURNING name, times),"
    " shop AS (INSERT INTO payments_tally (name, since, times)"
    " SELECT %s, %s, 1 WHERE NOT EXISTS"
    " (SELECT FROM own JOIN asked USING (name) WHERE own.times > asked.most)"
    " ON CONFLICT (name, since) DO UPDATE SET times = payments_tally.times + 1"
    " RETURNING name, times)"
    " SELECT name, times FROM own UNION ALL SELECT name, times FROM shop"
)


def count(*names: str) -> dict[str, int]:
    """Counts each name once and returns how often each was counted in this hour."""
    return dict(fetch(COUNT, (_hour(), sorted({name[:NAME_LENGTH] for name in names}))))


def try_to_pay(sources: Mapping[str, str]) -> str:
    """Counts a try from each of its sources; returns the kind of one that tries too often, or "".

    `sources` by kind, those of `settings.PAYMENT_TRIES`; an empty one is nobody and not counted.
    Everything together is counted too, as the kind "shop", once no source of it tries too often: a
    single place cannot close the shop for the others. Network addresses are counted by a keyed
    digest, because the plain hash of one can be guessed.
    """
    limits = settings.PAYMENT_TRIES
    names = {f"{TRIES}{kind}:{_digest(text)}": kind for kind, text in sources.items() if text}
    most = [limits[kind] for kind in names.values()]
    hour, together = _hour(), f"{TRIES}shop"
    found = dict(fetch(COUNT_TRY, (list(names), most, hour, together, hour)))
    over = [kind for name, kind in names.items() if found[name] > limits[kind]]
    if found.get(together, 0) > limits["shop"]:
        over.append("shop")
    if found.get(together) == 1:
        _forget()
    if over:
        count(f"held-back:{over[0]}")
    return over[0] if over else ""


def latest(period: timedelta) -> dict[str, int]:
    """Returns how often each name was counted lately; tries together, not by their source."""
    rows = Tally.objects.filter(since__gt=now() - period)
    shown = rows.exclude(name__regex=f"^{TRIES}[a-z]+:")
    return dict(shown.values_list("name").annotate(Sum("times")).order_by("name"))


def seconds_left() -> int:
    """Returns how long it is until tries are counted anew."""
    return int((_hour() + PERIOD - now()).total_seconds()) + 1


def _hour() -> datetime:
    return now().replace(minute=0, second=0, microsecond=0)


def _digest(text: str) -> str:
    return keyed_digest("payments.tries", text.encode()).hex()[:32]


def _forget() -> None:
    execute(
        "DELETE FROM payments_tally WHERE since < %s OR (since < %s AND name LIKE 'tries:%%:%%')",
        (now() - KEPT, now() - TRIES_KEPT),
    )
