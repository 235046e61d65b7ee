"""Emptying the event store between tests that commit."""

from django.core.cache import cache
from django.db import connection


def empty_what_is_left() -> None:
    """Empties the store if it holds anything, which is quickly asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM es.stream) OR EXISTS (SELECT FROM es.event)"
            " OR EXISTS (SELECT FROM es.command) OR EXISTS (SELECT FROM es.outbox)"
            " OR EXISTS (SELECT FROM es.dead) OR EXISTS (SELECT FROM es.drift)"
            " OR EXISTS (SELECT FROM pii.key) OR EXISTS (SELECT FROM pii.erasure)"
        )
        if cursor.fetchone()[0]:
            empty_store()


def empty_store() -> None:
    """Deletes every event, command, effect and position, and all that is cached.

    Tests that commit need it: the flush of pytest-django knows only Django's own tables, and the
    guard refuses TRUNCATE. Replica mode switches triggers off for this one transaction.
    """
    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            "BEGIN; SET LOCAL session_replication_role = replica;"
            " TRUNCATE es.stream, es.event, es.log, es.projection, es.dead, es.command, es.outbox,"
            " es.drift, es.drift_check,"
            " pii.key, pii.erasure, pii.look,"
            " es.node, es.cosignature, es.checkpoint;"
            " UPDATE es.tree SET size = 0, frontier = '{}';"
            " UPDATE es.sequencer SET position = 0, snap = pg_current_snapshot(),"
            " own_tx = '0', own_seq = 0; COMMIT"
        )
