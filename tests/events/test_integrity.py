"""History is added to, never edited; and where it was edited, it shows."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import override_settings

import events.migrations
from events import store
from events.database import execute, fetch
from events.integrity.checkpoints import keep_cosignature, latest, take
from modules.kernel.identity import new_id
from tests.events.sample import FillParcel, OpenParcel, fill_parcel, open_parcel

pytestmark = pytest.mark.django_db

SQL = Path(str(events.migrations.__path__[0])).parent / "sql"


def packed() -> UUID:
    parcel_id = open_parcel(OpenParcel(new_id(), "to Lyon – fragile"))
    for item in ("print", "mug"):
        fill_parcel(FillParcel(parcel_id, item))
    return parcel_id


def tamper(sql: str, *parameters: object) -> None:
    """Edits history as only a superuser can, with triggers off."""
    execute("SET LOCAL session_replication_role = replica")
    execute(sql, parameters)
    execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE es.event SET actor = 'nobody'",
        "DELETE FROM es.event",
        "TRUNCATE es.event",
        "UPDATE es.log SET position = position + 1",
        "DELETE FROM es.log",
    ],
)
def test_history_refuses_to_be_edited(statement: str) -> None:
    packed()
    with pytest.raises(DatabaseError, match="history is only added to"):
        execute(statement)


def test_an_untouched_stream_verifies() -> None:
    assert store.verify_stream(packed()) is None
    assert store.verify_stream(new_id()) is None


@pytest.mark.parametrize(
    ("sql", "first_bad"),
    [
        ('UPDATE es.event SET payload = \'{"item":"gold"}\' WHERE version = 2 AND ', 2),
        ("UPDATE es.event SET actor = 'staff:9' WHERE version = 1 AND ", 1),
        ("UPDATE es.event SET recorded_at = now() WHERE version = 3 AND ", 3),
        ("UPDATE es.event SET command_id = NULL WHERE version = 3 AND ", 3),
        ("DELETE FROM es.event WHERE version = 2 AND ", 2),
        ("DELETE FROM es.event WHERE version = 3 AND ", 3),
        ("UPDATE es.stream SET version = 9 WHERE ", 4),
    ],
)
def test_an_edited_stream_names_the_first_version_that_does_not_fit(
    sql: str, first_bad: int
) -> None:
    parcel_id = packed()
    tamper(sql + "stream_id = %s", parcel_id)
    assert store.verify_stream(parcel_id) == first_bad


def test_the_hash_can_be_rebuilt_from_the_columns_alone() -> None:
    """Follows docs/guides/event-store.md by its words, without the store's own code."""
    previous = bytes(32)
    rows = fetch(
        "SELECT tenant_id::text, stream_id::text, version::text, topic, schema_version::text,"
        " event_id::text, (extract(epoch FROM recorded_at) * 1000000)::bigint::text,"
        " (extract(epoch FROM effective_at) * 1000000)::bigint::text, actor, causation_id::text,"
        " correlation_id::text, command_id::text, payload::text, hash"
        " FROM es.event WHERE stream_id = %s ORDER BY version",
        (packed(),),
    )
    assert len(rows) == 3
    for *columns, stored in rows:
        message = b"counterfoil/event/1\n" + len(previous).to_bytes(4, "big") + previous
        for text in columns:
            data = None if text is None else text.encode()
            length = 0xFFFFFFFF if data is None else len(data)
            message += length.to_bytes(4, "big") + (data or b"")
        previous = hashlib.sha256(message).digest()
        assert previous == stored


def as_application(work: Callable[[], object]) -> None:
    execute("SET LOCAL ROLE counterfoil_app")
    try:
        work()
    finally:
        if not connection.needs_rollback:
            execute("RESET ROLE")


@pytest.fixture
def _application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE counterfoil_app")
        cursor.execute((SQL / "rights.sql").read_text(encoding="utf-8"))
        cursor.execute("GRANT ALL ON sample_parcel TO counterfoil_app")


@pytest.mark.usefixtures("_application_role")
def test_the_applications_role_can_do_its_work() -> None:
    as_application(packed)
    as_application(lambda: store.read_log(0, 10))
    assert store.log_head() == 3


@pytest.mark.usefixtures("_application_role")
def test_the_applications_role_can_sign_the_log(tmp_path: Path) -> None:
    with override_settings(CHECKPOINT_KEY_FILE=tmp_path / "keys"):
        as_application(packed)
        as_application(take)
        found = latest()
        assert found is not None
        as_application(lambda: keep_cosignature(3, "witness.test/w1", "a line"))
    assert found.size == 3


@pytest.mark.usefixtures("_application_role")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE es.checkpoint SET note = ''",
        "DELETE FROM es.node",
        "DELETE FROM es.tree",
        "UPDATE es.event SET actor = 'nobody'",
        "DELETE FROM es.event",
        "TRUNCATE es.event",
        "ALTER TABLE es.event DISABLE TRIGGER append_only",
        "SET session_replication_role = replica",
        "UPDATE es.stream SET kind = 'other'",
        "DELETE FROM es.log",
    ],
)
def test_the_applications_role_can_do_no_harm_to_history(statement: str) -> None:
    packed()
    execute("SET LOCAL ROLE counterfoil_app")
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        execute(statement)
    execute("RESET ROLE")
