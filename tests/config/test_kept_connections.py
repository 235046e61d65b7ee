"""A kept connection is checked before its first use in a request, without asking the server."""

import select
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.database import execute, fetch
from events.live import address
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_MS = LIMIT_SECONDS * 1000


def as_at_the_begin_of_a_request() -> None:
    """Does to the connection what Django does to those that it keeps."""
    kept: Any = connection
    kept.health_check_enabled, kept.health_check_done = True, False


def thrown_out() -> None:
    """Has the server end the session, as a restart of it would, and waits until that is known."""
    [(pid,)] = fetch("SELECT pg_backend_pid()")
    assert connection.connection is not None
    with psycopg.connect(**address(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
    poll = select.poll()
    poll.register(connection.connection.fileno(), select.POLLIN)
    assert poll.poll(PATIENCE_MS)


def one_by_the_orm() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()


def test_a_connection_that_lives_is_not_asked() -> None:
    fetch("SELECT 1")
    as_at_the_begin_of_a_request()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
        fetch("SELECT 1")
    assert len(asked) == 1


@pytest.mark.parametrize("first", [one_by_the_orm, lambda: fetch("SELECT 1")], ids=["ORM", "bare"])
def test_fault_1_a_session_that_the_server_ended_is_replaced_before_it_is_used(
    first: Callable[[], object],
) -> None:
    thrown_out()
    assert not connection.is_usable()
    as_at_the_begin_of_a_request()
    assert first()


def test_fault_1_the_first_request_after_the_server_came_back_is_answered() -> None:
    thrown_out()
    as_at_the_begin_of_a_request()
    answer = Client().post("/api/carts", {"country": "FR"}, content_type="application/json")
    assert answer.status_code == 201


def test_a_notice_that_waits_to_be_read_is_no_end() -> None:
    execute("LISTEN counterfoil_test_of_notices")
    with psycopg.connect(**address(), autocommit=True) as other:
        other.execute("NOTIFY counterfoil_test_of_notices")
    poll = select.poll()
    assert connection.connection is not None
    poll.register(connection.connection.fileno(), select.POLLIN)
    assert poll.poll(PATIENCE_MS)
    assert connection.is_usable()
    connection.close()
