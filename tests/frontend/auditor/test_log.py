"""An auditor looks through the log of all events."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.test import Client

from events.chain import EPOCH
from events.database import execute
from events.store import log_head, read_log
from modules.audit import exploring, stretches
from modules.audit.models import Stretch
from modules.checkout.contracts import Placed
from tests.frontend.staff.people import text
from tests.support.trade import buy, order_of, paid, payment_of

PATH = "/auditor/log/"


def asked(client: Client, question: str) -> str:
    return text(client.get(PATH, {"q": question}))


def positions(client: Client, question: str, **more: str) -> list[int]:
    rows = client.get(PATH, {"q": question, **more}).context["rows"]
    return [row["event"].position for row in rows]


def test_every_event_is_there_newest_first(auditor: Client) -> None:
    paid(prints=1)
    assert positions(auditor, "") == list(range(len(read_log(0, 100)), 0, -1))


def test_an_order_is_found_with_its_payments(auditor: Client, order: Placed) -> None:
    buy(prints=1)
    number = order_of(order).number
    found = positions(auditor, f"order:{number}")
    assert found == positions(auditor, number) == positions(auditor, str(order.order_id))
    assert len(found) == order_of(order).version + payment_of(order).version
    assert f"Payment of order {number}" in asked(auditor, number)


def test_actor_topic_and_place_narrow_it_together(auditor: Client) -> None:
    everything = positions(auditor, "")
    placed = positions(auditor, "topic:orders.order.placed")
    assert 0 < len(placed) < len(everything)
    assert positions(auditor, "topic:orders") > placed
    assert positions(auditor, "actor:nobody") == []
    assert set(positions(auditor, "actor:guest")) < set(everything)
    middle = everything[len(everything) // 2]
    assert positions(auditor, f"after:{middle}") == [each for each in everything if each > middle]
    assert positions(auditor, "before:2001-01-01") == []
    assert positions(auditor, "after:2001-01-01T00:00:00Z") == everything
    assert "Nothing was recorded" in asked(auditor, "topic:orders before:1")


def test_why_shows_all_that_one_cause_led_to(auditor: Client, order: Placed) -> None:
    first = read_log(0, 1)[0]
    found = positions(auditor, f"cause:{first.correlation_id}")
    assert len(found) > 1
    same = [row for row in read_log(0, 100) if row.correlation_id == first.correlation_id]
    assert sorted(found) == [row.position for row in same]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("colour:blue", "There is no qualifier colour"),
        ("after:yesterday", "is no time"),
        ("topic:DROP;", "A topic is written like"),
        ("cause:7", "A cause is a correlation id"),
        ("0000-0000", "Give an order number such as"),
        ("actor:%", "Nothing was recorded"),
        ("after:99999999999999999999", "is no time"),
    ],
)
def test_a_question_that_cannot_be_read_is_explained(
    auditor: Client, question: str, words: str
) -> None:
    answer = auditor.get(PATH, {"q": question})
    assert words in text(answer)
    assert answer.status_code == (200 if question.startswith("actor") else 422)


def test_a_long_log_comes_in_pages(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploring, "PAGE", 3)
    page = auditor.get(PATH)
    assert "Older events" in text(page)
    older = auditor.get(PATH + page.context["older"]).context["rows"]
    assert [row["event"].position for row in older] == list(
        range(log_head() - 3, log_head() - 6, -1)
    )
    assert positions(auditor, "", below="1") == []


def test_the_chart_counts_every_event_once(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whole stretches and the rest after them are counted in different places.
    monkeypatch.setattr(stretches, "STRETCH", 4)
    monkeypatch.setattr(stretches, "AT_ONCE", 1)
    for _ in range(2):
        buy(prints=1)
        assert sum(count for _, count in stretches.density()) == log_head()
    assert stretches.counted() == log_head() // 4 * 4
    assert "<rect" in auditor.get(PATH).content.decode()


def test_bars_stand_for_equal_spans_of_round_length_and_lose_nothing() -> None:
    start = datetime(2010, 12, 1, 8, 15, tzinfo=UTC)
    year = {start + timedelta(hours=each): each + 1 for each in range(0, 8_900, 7)}
    counted = stretches.bars(year)
    assert len(counted) <= stretches.BARS
    assert sum(count for _, count in counted) == sum(year.values())
    assert {after[0] - before[0] for before, after in pairwise(counted)} == {timedelta(days=7)}
    assert stretches.bars({start: 3}) == ((start, 3),)
    century = {start: 1, start.replace(year=2110): 1}
    assert len(stretches.bars(century)) <= stretches.BARS
    assert stretches.bars({}) == ()


@pytest.mark.parametrize("days", [61, 500, 3_000])
def test_a_long_history_has_the_bars_that_its_quarters_of_an_hour_make(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 2)
    stretches.density()
    execute(
        "INSERT INTO audit_quarter (starts_at, events) SELECT at, 1 + extract(hour FROM at)"
        " FROM generate_series(now() - %s::interval, now() - '1 day'::interval, '7 hours')"
        " AS of (exact),"
        " date_bin('15 minutes', exact, 'epoch') AS at",
        (timedelta(days=days),),
    )
    by_days = stretches.density()
    monkeypatch.setattr(stretches, "LONG", timedelta.max)
    assert stretches.density() == by_days
    assert len(by_days) <= stretches.BARS


def test_a_time_is_found_in_the_log_without_reading_what_is_far_from_it(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 4)
    buy(prints=1)
    for row in read_log(0, 100):
        assert stretches.position_after(row.recorded_at) < (row.position or 0) + 4
        moment = row.recorded_at.isoformat().replace("+00:00", "Z")
        later = [one.position for one in read_log(0, 100) if one.recorded_at > row.recorded_at]
        assert positions(auditor, f"after:{moment}") == later[::-1]
        sooner = [one.position for one in read_log(0, 100) if one.recorded_at < row.recorded_at]
        assert positions(auditor, f"before:{moment}") == sooner[::-1]


def test_a_log_that_was_put_back_is_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 4)
    stretches.carry_on()
    Stretch.objects.create(
        last=4_000, first_recorded_at=EPOCH, last_recorded_at=datetime(2100, 1, 1, tzinfo=UTC)
    )
    assert sum(count for _, count in stretches.density()) == log_head()


@pytest.fixture(autouse=True)
def _recorded(order: Placed) -> None:
    """An order is in the log in all of these."""


@pytest.fixture
def long_log(monkeypatch: pytest.MonkeyPatch, order: Placed) -> int:
    """A log of which a look counts two events, and a turn two more."""
    monkeypatch.setattr(stretches, "STRETCH", 2)
    monkeypatch.setattr(stretches, "AT_A_LOOK", 1)
    monkeypatch.setattr(stretches, "AT_A_TURN", 1)
    read_log(0, 1)
    assert log_head() > 8
    return log_head()


def test_a_long_log_is_counted_while_its_page_is_looked_at(auditor: Client, long_log: int) -> None:
    assert f"Counting: {long_log - 2} events are not in the chart" in text(auditor.get(PATH))
    part = f"{PATH}density/"
    answer = auditor.get(part, headers={"HX-Request": "true"})
    assert ("<h1" in answer.content.decode(), "Counting" in text(answer)) == (False, True)
    for _ in range(long_log // 2):
        answer = auditor.get(part, headers={"HX-Request": "true"})
    assert "Counting" not in text(answer)
    assert sum(count for _, count in stretches.density()) == long_log
    # Without scripts the link leads back to the page.
    assert auditor.get(part)["Location"] == PATH


def test_totals_of_a_long_log_follow_when_they_are_summed_up(
    auditor: Client, long_log: int
) -> None:
    path = "/auditor/totals/"
    assert f"Counting: {long_log} events are not summed up" in text(auditor.get(path))
    for _ in range(long_log // 2 + 1):
        answer = auditor.get(path, {"counting": "on"})
    assert "EUR 1" in text(answer)
    assert "Counting" not in text(auditor.get(path))


def test_a_time_is_found_in_a_log_that_is_not_counted(auditor: Client, long_log: int) -> None:
    moment = read_log(0, 100)[long_log // 2].recorded_at
    words = moment.isoformat().replace("+00:00", "Z")
    sooner = [one.position for one in read_log(0, 100) if one.recorded_at < moment]
    assert positions(auditor, f"before:{words}") == sooner[::-1]
