"""A bundle of the whole record is verified offline by one file that knows nothing of the shop."""

from pathlib import Path

import pytest

from tests.integrity.record import bundle, trade, verdict

pytestmark = pytest.mark.django_db


def test_an_untouched_record_verifies(tmp_path: Path) -> None:
    trade(40)
    assert verdict(bundle(tmp_path / "bundle")) == [
        "events: 40, streams: 5, recorded by shop.test/log",
        "checkpoints: 4, all signed by a known key",
    ]
