"""Folders for whole shops."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folders() -> Iterator[Path]:
    """A folder that stays passable: pytest closes its own to the embedded server's system user."""
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def folder(folders: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folders))
