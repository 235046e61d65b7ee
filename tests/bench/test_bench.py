"""The benchmark's own arithmetic, and its reading of HTTP; nothing here looks at a clock."""

from io import StringIO

import pytest
from rich.console import Console

from tests.bench.counting import counted, shape
from tests.bench.figures import per_unit, percentile, ratio, typical
from tests.bench.load import Outcome, joined, part_before, shared
from tests.bench.report import Report, cell
from tests.bench.sizes import LINES, sheet
from tests.bench.wire import Reader, Request, WrongAnswer

ROUNDS = [{"bare": 100.0, "page": 50.0}, {"bare": 10.0, "page": 6.0}, {"bare": 80.0, "page": 8.0}]


@pytest.mark.parametrize(
    ("percent", "expected"), [(1, 1), (50, 5), (51, 6), (90, 9), (95, 10), (99, 10), (100, 10)]
)
def test_a_percentile_is_a_value_that_was_measured(percent: float, expected: float) -> None:
    assert percentile([7, 3, 10, 1, 5, 2, 9, 4, 8, 6], percent) == expected


def test_one_value_is_each_of_its_percentiles() -> None:
    assert percentile([4.0], 1) == percentile([4.0], 99) == 4.0


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_what_is_no_percentile_is_refused(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="percent"):
        percentile(values, percent)


def test_a_ratio_is_taken_within_each_round_before_the_median() -> None:
    assert ratio(ROUNDS, "page", "bare") == 0.5
    assert typical(ROUNDS, "page") / typical(ROUNDS, "bare") == 0.1
    assert ratio(ROUNDS, "bare", "bare") == 1


def test_without_a_yardstick_there_is_no_ratio() -> None:
    assert ratio([{"bare": 0.0, "page": 5.0}], "page", "bare") is None
    assert per_unit(1.0, 0) is None


def test_clients_are_shared_evenly_and_their_outcomes_joined() -> None:
    assert shared(1, 2) == [1, 0]
    assert shared(33, 2) == [17, 16]
    one = Outcome(seconds=[0.1, 0.2], in_time=1, duration=2.0, client_cpu_seconds=0.5)
    two = Outcome(seconds=[0.3], in_time=1, duration=2.0, client_cpu_seconds=0.25, errors=["no"])
    both = joined([one, two])
    assert both.rate == 1.0
    assert (len(both.seconds), both.client_cpu_seconds, both.errors) == (3, 0.75, ["no"])


def test_of_a_script_under_way_at_the_end_the_part_before_it_counts() -> None:
    assert part_before(10.0, 8.0, 1.0) == 1.0
    assert part_before(10.0, 9.0, 4.0) == 0.25


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        b"2\r\nhe\r\n3;x=1\r\nllo\r\n0\r\n\r\n",
    ],
)
def test_a_response_is_whole_only_with_its_last_byte(raw: bytes) -> None:
    reader = Reader()
    for byte in raw[:-1]:
        assert reader.feed(bytes([byte])) is None
    response = reader.feed(raw[-1:])
    assert response is not None
    assert (response.status, response.body) == (200, b"hello")
    # The connection is kept: the next response starts clean.
    assert reader.feed(raw) == response


def test_an_answer_without_content_has_none() -> None:
    response = Reader().feed(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert response is not None
    assert response.expect(204) is None
    with pytest.raises(WrongAnswer, match="204"):
        response.expect(200, 201)


def test_a_request_says_how_long_its_body_is() -> None:
    raw = Request("POST", "/api/carts", {"a": 1}, {"X-Cart-Token": "t"}).encoded()
    assert raw.startswith(b"POST /api/carts HTTP/1.1\r\nHost: ")
    assert b"\r\nX-Cart-Token: t\r\n" in raw
    assert raw.endswith(b'\r\nContent-Length: 8\r\n\r\n{"a": 1}')


def test_statements_that_differ_by_values_only_look_alike() -> None:
    first = "SELECT \"a\" FROM t WHERE id = '0192'::uuid AND n IN (1, 2, 3) AND w = 'it''s'"
    assert shape(first) == shape(first.replace("0192", "77").replace("(1, 2, 3)", "(4)"))
    assert shape(first) != shape(first.replace("FROM t", "FROM u"))
    assert counted(["BEGIN", "SELECT 1", "COMMIT"])["transaction_control"] == 2


def test_a_table_shows_what_matters_of_a_figure() -> None:
    assert [cell(each) for each in (None, 1234.5, 12.34, 0.12345, 1234, "web")] == [
        "-", "1,234", "12.3", "0.123", "1,234", "web"
    ]  # fmt: skip
    printed = StringIO()
    Report(Console(file=printed, width=80)).table("Pages", ["page", "ratio"], [["search", 0.25]])
    assert "search" in printed.getvalue()
    assert "0.25" in printed.getvalue()


def test_an_invoice_of_the_made_sheet_is_one_customer_s() -> None:
    rows = sheet(50)
    assert len(rows) == 50 * LINES
    assert len({row.invoice for row in rows}) == 50
    assert len({(row.invoice, row.customer, row.country) for row in rows}) == 50
