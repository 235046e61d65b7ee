"""A small open shop for the tests that need one."""

import pytest

from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None) -> None:
    open_shop(units=1000)
