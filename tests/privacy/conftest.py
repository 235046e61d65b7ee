"""A small open shop, a list of erasures of its own, and somebody with unusual strings."""

from pathlib import Path

import pytest

from events.privacy.keys import stored_keyring
from tests.support.trade import open_shop


@pytest.fixture(autouse=True)
def erasures(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.ERASURE_DIRECTORY = tmp_path / "erasures"  # type: ignore[attr-defined]
    stored_keyring.forget()
    return tmp_path / "erasures" / "erasures.jsonl"


@pytest.fixture
def shop(db: None) -> None:
    open_shop()
