"""Where the real year of trade lies, for tests marked `real_data`."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "online-retail.parquet"


def find_real_trade() -> Path | None:
    """Returns the file, or None where there is none."""
    found = (place / NAME if place.is_dir() else place for place in _places())
    return next((path for path in found if path.is_file()), None)


def real_trade() -> Path:
    """Returns the file, or skips the test and says why."""
    path = find_real_trade()
    if path is None:
        looked = ", ".join(str(place) for place in _places())
        pytest.skip(f"{NAME} is not in {looked}; COUNTERFOIL_REAL_DATA names its folder")
    return path


def _places() -> list[Path]:
    named = os.environ.get("COUNTERFOIL_REAL_DATA", "")
    return [Path(named)] if named else [ROOT.parent / "shared" / "data"]
