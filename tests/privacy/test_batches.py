"""Keys for a whole batch of history are made by one statement, and are keys like any other."""

from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.database import fetch
from events.privacy.erasing import destroy_keys
from events.privacy.keys import keyring, ready, stored_keyring
from modules.kernel.clock import now
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db


def stored() -> dict[tuple[UUID, str], UUID]:
    return {(row[1], row[2]): row[0] for row in fetch("SELECT id, subject, purpose FROM pii.key")}


def test_many_subjects_get_their_keys_by_one_statement() -> None:
    wanted = {(new_id(), purpose) for _ in range(30) for purpose in ("order", "invoice")}
    with CaptureQueriesContext(connection) as captured:
        keys = stored_keyring.for_sealing_all(wanted)
    assert len(captured) == 1
    assert {want: key.id for want, key in keys.items()} == stored()
    assert len({key.secret for key in keys.values()}) == len(wanted)


def test_a_key_that_is_there_is_taken_and_the_others_are_made() -> None:
    subject, other = new_id(), new_id()
    first = stored_keyring.for_sealing(subject, ["order"])["order"]
    keys = stored_keyring.for_sealing_all(
        [(subject, "order"), (subject, "invoice"), (other, "order")]
    )
    assert keys[subject, "order"] == first
    assert {want: key.id for want, key in keys.items()} == stored()


def test_the_keys_made_for_a_batch_open_what_it_sealed() -> None:
    subject = new_id()
    with ready([(subject, "order")]):
        sealing = keyring().for_sealing(subject, ["order"])["order"]
    stored_keyring.forget()
    assert stored_keyring.for_opening([sealing.id])[sealing.id].secret == sealing.secret


def test_a_batch_seals_nothing_under_a_key_that_was_destroyed() -> None:
    subject = new_id()
    old = stored_keyring.for_sealing(subject, ["order"])["order"]
    with transaction.atomic():
        destroy_keys([subject], now())
    with ready([(subject, "order")]):
        assert keyring().for_sealing(subject, ["order"])["order"].id != old.id


def test_a_batch_seals_under_no_key_that_it_did_not_ask_for() -> None:
    with ready([(new_id(), "order")]), pytest.raises(KeyError):
        keyring().for_sealing(new_id(), ["order"])
