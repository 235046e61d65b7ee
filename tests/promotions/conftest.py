"""A small open shop for the tests that need one."""

import pytest
from django.core.cache import cache

from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None) -> None:
    cache.clear()
    open_shop()
