"""After a restore a new log is begun by one command; the events in it are the same."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from events.database import execute
from events.integrity.checkpoints import latest
from events.store import log_head
from tests.integrity.record import bundle, signed, trade, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _erasures(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.ERASURE_DIRECTORY = tmp_path  # type: ignore[attr-defined]


def test_a_new_log_signs_the_same_events_under_its_own_name(
    tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    trade(20)
    before = log_head()
    settings.CHECKPOINT_ORIGIN = "shop.test/second"  # type: ignore[attr-defined]
    settings.CHECKPOINT_KEY_FILE = tmp_path / "second"  # type: ignore[attr-defined]
    said = StringIO()
    call_command("adopt_restore", "--new-log", stdout=said)
    assert "last checkpoint covers 20" in said.getvalue()
    assert "0 events had not been numbered" in said.getvalue()
    assert (latest(), log_head()) == (None, before)
    again = signed()
    assert (again.origin, again.size) == ("shop.test/second", before)
    verdict(bundle(tmp_path / "bundle"))
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("DELETE FROM es.checkpoint")


def test_a_new_log_does_not_take_the_old_one_s_name() -> None:
    trade(10)
    with pytest.raises(CommandError, match="another CHECKPOINT_ORIGIN"):
        call_command("adopt_restore", "--new-log")
    assert latest() is not None
