"""A small open shop whose mails are kept in memory."""

import pytest

from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None) -> None:
    open_shop()
