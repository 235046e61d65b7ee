"""Where the real year of trade lies, for tests marked `real_data`."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "online-retail.parquet"


def real_trade() -> Path:
    """Returns the file, or skips the test and says why."""
    named = os.environ.get("COUNTERFOIL_REAL_DATA", "")
    places = [Path(named)] if named else [ROOT.parent / "shared" / "data"]
    for place in places:
        path = place / NAME if place.is_dir() else place
        if path.is_file():
            return path
    looked = ", ".join(str(place) for place in places)
    pytest.skip(f"{NAME} is not in {looked}; COUNTERFOIL_REAL_DATA names its folder")
