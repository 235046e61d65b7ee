"""Uncached reads end with their block, also when it raises."""

import pytest
from cachalot.api import LOCAL_STORAGE

from events.database import uncached


def enabled() -> bool:
    return bool(getattr(LOCAL_STORAGE, "cachalot_enabled", True))


def test_nothing_is_cached_inside_and_all_is_as_before_after() -> None:
    with uncached():
        assert not enabled()
    assert enabled()


def test_a_refusal_inside_leaves_the_cache_on_for_the_next_request() -> None:
    with pytest.raises(ValueError, match="refused"), uncached():
        raise ValueError("refused")
    assert enabled()


def test_blocks_within_blocks_end_one_by_one() -> None:
    with uncached():
        with uncached():
            pass
        assert not enabled()
    assert enabled()
