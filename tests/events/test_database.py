"""Statements bound and prepared by the server: lists of keys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.database import FEW, fetch_any

pytestmark = pytest.mark.django_db

NUMBERS = "SELECT n FROM generate_series(1, 200) AS n WHERE n IN {keys} ORDER BY n"


@pytest.mark.parametrize("count", [1, 2, 3, 5, FEW, FEW + 1, 200])
def test_a_list_of_any_length_finds_each_of_its_keys_once(count: int) -> None:
    keys = list(range(1, count + 1))
    assert [row[0] for row in fetch_any(NUMBERS, keys)] == keys


def test_a_key_that_is_there_twice_is_found_once() -> None:
    assert fetch_any(NUMBERS, [7, 7, 3]) == [(3,), (7,)]


def test_no_keys_find_nothing_and_ask_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert fetch_any(NUMBERS, []) == []
    assert not asked.captured_queries


def test_lists_of_similar_length_are_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        for count in (5, 6, 7, 8):
            fetch_any(NUMBERS, list(range(count)))
    assert len({each["sql"] for each in asked.captured_queries}) == 1
