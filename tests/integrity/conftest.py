"""A log of its own key, and nowhere to send checkpoints to unless a test says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import override_settings

from tests.support.store import empty_store


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        CHECKPOINT_KEY_FILE=tmp_path / "keys",
        CHECKPOINT_ORIGIN="shop.test/log",
        CHECKPOINT_SINKS="",
    ):
        yield


@pytest.fixture
def _empty_store(transactional_db: None) -> Iterator[None]:
    """For tests that commit."""
    empty_store()
    yield
    empty_store()
    connection.close()
