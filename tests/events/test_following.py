"""Async projections: behind the log, exactly once, whatever one stream does."""

import pytest

from events import follower, store
from modules.kernel.identity import new_id
from tests.events.sample import (
    FillParcel,
    ItemCount,
    ItemCounts,
    OpenParcel,
    fill_parcel,
    open_parcel,
)

pytestmark = pytest.mark.django_db

NAME = ItemCounts.name


def counts() -> dict[str, int]:
    return {row.item: row.count for row in ItemCount.objects.all()}


def packed(*items: str) -> None:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon"))
    for item in items:
        fill_parcel(FillParcel(parcel_id, item))


def test_a_row_fed_by_many_streams_counts_each_event_once() -> None:
    packed("mug", "print", "mug")
    follower.catch_up(NAME)
    packed("mug")
    follower.catch_up(NAME)
    follower.catch_up(NAME)
    assert counts() == {"mug": 3, "print": 1}


def test_the_log_is_gapless_and_in_stream_order() -> None:
    packed("mug", "print")
    packed("mug")
    first = store.log_head()
    rows = store.read_log(0, 1000)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert first == 0
    assert [row.version for row in rows] == [1, 2, 3, 1, 2]


def test_a_poison_event_parks_its_stream_and_the_rest_goes_on() -> None:
    ItemCounts.poisonous.add("bomb")
    packed("mug", "bomb", "mug")
    packed("mug", "print")
    follower.catch_up(NAME)
    assert counts() == {"mug": 2, "print": 1}
    [parked] = follower.parked_streams(NAME)
    assert (parked.version, parked.error) == (3, "ValueError: this item cannot be counted")


def test_a_mended_stream_goes_on_where_it_was_parked() -> None:
    ItemCounts.poisonous.add("bomb")
    packed("mug", "bomb", "mug")
    follower.catch_up(NAME)
    ItemCounts.poisonous.clear()
    [parked] = follower.parked_streams(NAME)
    follower.unpark(NAME, parked.stream_id)
    assert counts() == {"mug": 2, "bomb": 1}
    assert follower.parked_streams(NAME) == []


def test_waiting_for_a_position_ends_when_it_is_reached_or_the_time_is_up() -> None:
    packed("mug")
    position = follower.catch_up(NAME)
    assert follower.wait_for(NAME, position, timeout=0)
    assert not follower.wait_for(NAME, position + 1, timeout=0.01)
