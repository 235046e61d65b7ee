"""Tells the other processes of this machine what this one changes.

The triggers of `migrations/0001_page_changes.py` send a notice to whoever changes what pages show,
so that no statement has to be looked at, and raw SQL and COPY count as well.
"""

import time
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import Diagnostic

from frontend.caching.marks import Marks

NOTICE = "counterfoil: pages changed"

log = structlog.get_logger("counterfoil.cache")


@cache
def marks() -> Marks | None:
    """Returns this machine's marks; None where there is no place for them, then all look always."""
    try:
        return Marks(settings.PAGE_MARKS)
    except OSError as error:
        log.warning("pages are checked at every request", error=str(error))
        return None


def listen(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receives `connection_created`."""

    def noticed(diagnostic: Diagnostic) -> None:
        if diagnostic.message_primary == NOTICE:
            changing(connection)

    connection.connection.add_notice_handler(noticed)


def changing(connection: BaseDatabaseWrapper) -> None:
    """Raises a doubt now, and settles it after the commit, before the caller gets its answer."""
    known = marks()
    if known is None:
        return
    known.doubt(time.monotonic())
    # Outside a transaction the commit follows the notice at once: then the doubt stays to its end.
    if connection.in_atomic_block:
        transaction.on_commit(committed, using=connection.alias, robust=True)


def committed() -> None:
    if (known := marks()) is not None:
        known.changed()
        known.settle()
