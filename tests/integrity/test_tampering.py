"""Whatever is changed in the database, by whoever, is found in the bundle; nothing else ever is.

A few hundred by chance in every run; `just tamper` makes it a thousand of each.
"""

import os
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

import verify
from events.database import execute, fetch
from events.integrity.checkpoints import latest, take
from modules.kernel.identity import new_id
from tests.integrity.record import bundle, record, signed, tamper, trade, verdict
from tests.integrity.tampering import TAMPERINGS, Tampering, rehash, rewrite

pytestmark = pytest.mark.django_db

ROUNDS = int(os.environ.get("COUNTERFOIL_TAMPERINGS", "280"))
EVENTS, EVERY = 40, 10


class Undone(Exception):
    """Ends a transaction whose changes must not stay."""


def found(change: Tampering, random: Random, path: Path) -> tuple[int, verify.Bad]:
    """Tampers, exports and verifies; returns the first position touched and what was found."""
    bad: verify.Bad | None = None
    position = 0
    try:
        with transaction.atomic():
            position = change(random, EVENTS)
            try:
                verdict(bundle(path))
            except verify.Bad as error:
                bad = error
            raise Undone
    except Undone:
        pass
    assert bad is not None, f"{change.__name__} at {position} was not found"
    return position, bad


def test_every_random_tampering_is_found(tmp_path: Path) -> None:
    trade(EVENTS, every=EVERY)
    random = Random(20_261_122)
    exact = 0
    for number in range(ROUNDS):
        change = TAMPERINGS[number % len(TAMPERINGS)]
        position, bad = found(change, random, tmp_path / str(number))
        assert bad.first is not None
        assert bad.last is not None
        assert bad.first <= position <= bad.last, f"{change.__name__}: {bad}"
        exact += bad.first == bad.last
    assert exact > ROUNDS // 8


def test_no_clean_export_is_suspected(tmp_path: Path) -> None:
    streams = trade(20, every=7, seed=3)
    for number in range(ROUNDS):
        random = Random(number)
        with suppress(Undone), transaction.atomic():
            for _ in range(random.randint(1, 12)):
                stream_id = new_id() if random.randrange(4) == 0 else random.choice(streams)
                record(stream_id, f'{{"round":{number}}}', random=random)
                if random.randrange(4) == 0:
                    signed()
            take()
            verdict(bundle(tmp_path / str(number)))
            raise Undone


@pytest.mark.parametrize("position", [1, 17, 40])
def test_an_event_that_was_edited_in_place_is_named_exactly(position: int, tmp_path: Path) -> None:
    trade(EVENTS, every=EVERY)
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE (stream_id, version) ="
        " (SELECT stream_id, version FROM es.log WHERE position = %s)",
        (position,),
    )
    with pytest.raises(verify.Bad, match=f"position {position}: the event is not what") as caught:
        verdict(bundle(tmp_path / "bundle"))
    assert (caught.value.first, caught.value.last) == (position, position)


def test_who_holds_database_and_key_is_caught_by_a_checkpoint_that_left(tmp_path: Path) -> None:
    trade(EVENTS, every=EVERY)
    outside = latest()
    assert outside is not None
    rewrite(Random(5), EVENTS)
    for table in ("es.cosignature", "es.checkpoint", "es.node"):
        tamper(f"DELETE FROM {table}")
    execute("UPDATE es.tree SET size = 0, frontier = '{}'")
    assert take() is not None
    forged = bundle(tmp_path / "bundle")
    verdict(forged)
    with pytest.raises(verify.Bad, match="two checkpoints of 40 events differ"):
        verdict(forged, outside.note)


def test_an_event_appended_with_an_old_date_is_found(tmp_path: Path) -> None:
    streams = trade(EVENTS, every=EVERY)
    record(streams[0], "{}", random=Random(1))
    tamper(
        "UPDATE es.event SET recorded_at = recorded_at - interval '1 day'"
        " WHERE seq = (SELECT max(seq) FROM es.event)"
    )
    (row,) = fetch("SELECT stream_id FROM es.event ORDER BY seq DESC LIMIT 1")
    rehash(row[0])
    signed()
    with pytest.raises(verify.Bad, match="position 41: back-dated"):
        verdict(bundle(tmp_path / "bundle"))
