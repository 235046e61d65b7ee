"""Statements straight through libpq: their values, their transaction, and what stays prepared."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from events import prepared
from events.database import execute, fetch

pytestmark = pytest.mark.django_db

ASKED = "SELECT %s::int + 1 AS counted"
OFTEN = 8


def ours() -> list[str]:
    """Returns the statements that the server has prepared for this connection."""
    rows = fetch("SELECT statement FROM pg_prepared_statements")
    return [row[0] for row in rows]


def test_a_name_may_stand_twice_and_others_be_left_over() -> None:
    asked = "SELECT %(one)s::int, %(two)s::int, %(one)s::int, '%%'"
    assert fetch(asked, {"two": 2, "one": 1, "three": 3}) == [(1, 2, 1, "%")]


def test_a_list_can_be_sent_as_binary() -> None:
    assert fetch("SELECT n FROM unnest(%b::bytea[]) AS n", ([b"\x00{,", b"\\"],)) == [
        (b"\x00{,",),
        (b"\\",),
    ]


@pytest.mark.parametrize(
    ("sql", "values"),
    [("SELECT %s, %(n)s", (1,)), ("SELECT 5 % 2", ()), ("SELECT %s", ()), ("SELECT %(n)s", {})],
)
def test_values_that_do_not_fit_a_statement_are_refused(sql: str, values: Sequence[Any]) -> None:
    with pytest.raises(ProgrammingError, match="statement"):
        fetch(sql, values)


def test_a_statement_without_rows_has_none_to_fetch() -> None:
    with pytest.raises(ProgrammingError, match="no rows"):
        fetch("CREATE TEMPORARY TABLE nothing (n int)")


def test_what_is_asked_often_is_prepared_once_and_outlives_a_rollback() -> None:
    for number in range(OFTEN):
        assert fetch(ASKED, (number,)) == [(number + 1,)]
    with transaction.atomic():
        fetch(ASKED, (1,))
        transaction.set_rollback(True)
    assert fetch(ASKED, (1,)) == [(2,)]
    assert ours().count("SELECT $1::int + 1 AS counted") == 1


def test_a_statement_whose_table_has_changed_fails_once_and_is_prepared_anew() -> None:
    execute("CREATE TEMPORARY TABLE changing (n int)")
    for _ in range(OFTEN):
        assert fetch("SELECT * FROM changing") == []
    execute("ALTER TABLE changing ADD more text")
    with pytest.raises(Exception, match="cached plan"), transaction.atomic():
        fetch("SELECT * FROM changing")
    execute("INSERT INTO changing VALUES (1, 'a')")
    assert fetch("SELECT * FROM changing") == [(1, "a")]


def test_no_more_than_so_many_are_kept_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 0)
    for number in range(3):
        for _ in range(OFTEN):
            assert fetch(f"SELECT {number}") == [(number,)]
        assert ours() == [f"SELECT {number}"]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_as_the_connection_is_told_to() -> None:
    connection.ensure_connection()
    inner: psycopg.Connection[Any] = connection.connection
    inner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic():
            assert fetch("SHOW transaction_isolation") == [("repeatable read",)]
    finally:
        inner.isolation_level = None
    with transaction.atomic():
        assert fetch("SHOW transaction_isolation") == [("read committed",)]
