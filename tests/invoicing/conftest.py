"""A small open shop for the tests that need one."""

from collections.abc import Iterator

import pytest

from tests.support.moments import between_turns
from tests.support.trade import open_shop


@pytest.fixture(autouse=True)
def _within_a_day() -> Iterator[None]:
    """No day, month or year ends in a test: registers and numbers count by them."""
    with between_turns():
        yield


@pytest.fixture
def shop(db: None) -> None:
    open_shop()
