"""A log of its own key, and nowhere to send checkpoints to unless a test says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.support.signing import signing
from tests.support.store import empty_store


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path) -> Iterator[None]:
    with signing(tmp_path):
        yield


@pytest.fixture
def _empty_store(transactional_db: None) -> Iterator[None]:
    """For tests that commit."""
    empty_store()
    yield
    empty_store()
    connection.close()
