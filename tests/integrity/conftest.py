"""A log of its own key, and nowhere to send checkpoints to unless a test says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        CHECKPOINT_KEY_FILE=tmp_path / "keys",
        CHECKPOINT_ORIGIN="shop.test/log",
        CHECKPOINT_SINKS="",
    ):
        yield
