"""A folder of its own for reports, and an empty store around tests that commit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.environment import environment
from tests.support.store import empty_store


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DATA_DIRECTORY", str(tmp_path / "var"))
    environment.cache_clear()
    yield tmp_path / "var"
    environment.cache_clear()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """What a test stores is seen by other processes, and gone when it ends."""
    empty_store()
    yield
    empty_store()
