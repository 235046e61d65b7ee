"""Which of a stream's sealed fields nobody opens any more, and since when.

A destroyed key is a row that is gone. Whose it was, the event says that names it; when they were
erased, the list of erasures. A key that the law wants kept carries the date itself.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from events.database import TENANT, fetch
from events.privacy.sealing import ERASED, keys_named
from events.store import RecordedEvent, read_stream
from modules.audit.heads import as_id


def erasures(stream_id: UUID) -> tuple[datetime, ...]:
    """Returns when personal data of a stream was erased, the first time first."""
    return moments(erased_keys(read_stream(stream_id)))


def moments(keys: Mapping[UUID, datetime | None]) -> tuple[datetime, ...]:
    """Returns when the subjects of erased keys were erased, the first time first."""
    return tuple(sorted({moment for moment in keys.values() if moment is not None}))


def words(keys: Mapping[UUID, datetime | None]) -> Mapping[UUID, str]:
    """Returns what a page says in place of what is sealed under each erased key."""
    return {
        key_id: ERASED if moment is None else f"{ERASED} on {moment:%Y-%m-%d}"
        for key_id, moment in keys.items()
    }


def erased_keys(recorded: Iterable[RecordedEvent]) -> dict[UUID, datetime | None]:
    """Returns the keys that open nothing any more with their subject's erasure.

    None where there was none, as after the end of the period for which the law wanted it kept.
    """
    first: dict[UUID, RecordedEvent] = {}
    for each in recorded:
        for key_id in keys_named(each.payload):
            first.setdefault(key_id, each)
    rows = fetch("SELECT id, retired_at FROM pii.key WHERE id = ANY (%s)", (list(first),))
    retired = dict(rows)
    gone = {key_id: each for key_id, each in first.items() if key_id not in retired}
    subjects = {key_id: subject_of(each) for key_id, each in gone.items()}
    erased = erased_at(subjects.values())
    found = {key_id: at for key_id, at in retired.items() if at is not None}
    for key_id, subject in subjects.items():
        # Of one who was erased twice, the key of that time went with the first erasure after it.
        later = [at for at in erased.get(subject, ()) if at >= gone[key_id].recorded_at]
        found[key_id] = later[0] if later else None
    return found


def erased_at(subjects: Iterable[UUID]) -> dict[UUID, list[datetime]]:
    """Returns when each subject was erased, oldest first."""
    wanted = list(subjects)
    found: dict[UUID, list[datetime]] = {}
    if wanted:
        rows = fetch(
            "SELECT subject, erased_at FROM pii.erasure"
            " WHERE tenant_id = %s AND subject = ANY (%s) ORDER BY erased_at",
            (TENANT, wanted),
        )
        for subject, at in rows:
            found.setdefault(subject, []).append(at)
    return found


def subject_of(recorded: RecordedEvent) -> UUID:
    """Returns whose data an event holds, as it is stored; without a name the stream's own id."""
    try:
        fields = msgspec.json.decode(recorded.payload, type=dict[str, object])
    except msgspec.DecodeError:
        # Whoever wrote behind the shop's back may have left no JSON; pages show that, too.
        return recorded.stream_id
    return as_id(fields.get("subject")) or as_id(fields.get("customer_id")) or recorded.stream_id
