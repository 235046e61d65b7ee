"""A small open shop, and an empty store around tests that commit."""

from collections.abc import Iterator

import pytest

from events.database import execute, fetch
from tests.support.store import empty_store
from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None) -> None:
    open_shop(units=1000)


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """What a test stores is seen by other processes and by rebuilds, and gone when it ends."""
    empty_store()
    yield
    empty_store()
    rows = fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'generation_%%'")
    for (name,) in rows:
        execute(f"DROP SCHEMA {name} CASCADE")
