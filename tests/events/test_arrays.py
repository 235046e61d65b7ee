"""Lists as PostgreSQL's arrays."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError
from hypothesis import given
from hypothesis import strategies as st

from events.database import fetch

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(values=st.lists(st.none() | TEXTS | st.sampled_from(["NULL", "{}", '"', "\\", ",", " "])))
def test_any_text_arrives_as_it_was(values: list[str | None]) -> None:
    assert fetch("SELECT %s::text[]", (values,)) == [(values,)]


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("uuid", [UUID(int=0), None, UUID(int=2**128 - 1)]),
        ("bytea", [b"", b"\x00\\", bytes(range(256))]),
        ("bigint", [-(2**63), 0, 2**63 - 1]),
        ("boolean", [True, None, False]),
        ("timestamptz", [datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), None]),
        ("int", []),
        ("int", [[1, 2], [3, 4]]),
        ("numeric", [1, 2]),
    ],
)
def test_values_of_a_type_arrive_as_they_were(type_: str, values: list[Any]) -> None:
    assert fetch(f"SELECT %s::{type_}[]", (values,)) == [(values,)]


def test_a_time_of_another_zone_is_the_same_time() -> None:
    there = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    assert fetch("SELECT %s::timestamptz[]", ([there],)) == [([there],)]


def test_a_list_takes_the_type_of_the_column_it_is_compared_with() -> None:
    asked = "SELECT n FROM generate_series(1, 9) AS n WHERE n = ANY (%s)"
    assert fetch(asked, ([3, 5, 70],)) == [(3,), (5,)]


def test_lists_of_one_statement_may_differ_in_kind_from_call_to_call() -> None:
    for values in ([1], [1, None], [[1]], [], [2.5], ["4"]):
        assert len(fetch("SELECT %s::numeric[]", (values,))) == 1


def test_a_text_that_the_server_would_cut_is_refused() -> None:
    with pytest.raises(DataError, match="NUL"):
        fetch("SELECT %s::text[]", (["a\0b"],))
