"""Identifiers: ordered where order helps, unguessable where it would harm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from modules.kernel import clock, identity
from modules.kernel.identity import ALPHABET, derived_id, new_id, new_order_number


def test_ids_of_one_process_strictly_increase() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(set(ids))


def test_ids_made_by_many_threads_at_once_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: new_id(), range(8_000)))
    assert len(set(ids)) == 8_000


def test_an_id_is_a_version_7_uuid_that_tells_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ids never go back: after a test that travelled ahead they would still tell its time.
    monkeypatch.setattr(identity, "_last_tick", 0)
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    told = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert abs((clock.now() - told).total_seconds()) < 60


def test_the_same_parts_have_the_same_derived_id_and_others_have_another() -> None:
    assert derived_id("mail", 7) == derived_id("mail", 7)
    assert derived_id("mail", 7) != derived_id("mail", 8)
    assert derived_id("ab", "c") != derived_id("a", "bc")


def test_order_numbers_are_easy_to_read_aloud_and_do_not_count() -> None:
    numbers = [new_order_number() for _ in range(1_000)]
    assert len(set(numbers)) == 1_000
    assert numbers != sorted(numbers)
    for number in numbers:
        assert len(number) == 9
        assert set(number.replace("-", "")) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)
