"""Data keys: one for each subject and purpose, kept wrapped in `pii.key`.

What is sealed names its key by id, so that a key that was destroyed is never mistaken for the one
that the same person gets later.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from events.context import current_context
from events.database import execute, fetch
from events.errors import PersonalKeyMissing
from events.privacy.secrets import key_encrypting_keys
from modules.kernel.clock import now
from modules.kernel.identity import new_id

REMEMBERED_KEYS = 4096
# How long another process may still open what was erased in this one.
REMEMBERED_SECONDS = 60
NONCE_BYTES = 12
KEY_BITS = 256
# A key is kept at least as long as the law asks; moving its end costs a write, so not every day.
SLACK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """An unwrapped key. `retired`: its subject was erased, and the law alone may still open it."""

    id: UUID
    subject: UUID
    purpose: str
    secret: bytes
    retired: bool = False


# Whose key, and for what.
type Want = tuple[UUID, str]


class Keyring(Protocol):
    """Where keys come from: the database, or a test's memory."""

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        """Returns the subject's key for each purpose, made if there is none yet."""

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        """Returns those of the keys that exist."""


_FOR_SEALING = """
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bytea[], %s::timestamptz[])
            AS w (subject, purpose, id, wrapped, keep_until)
    ), found AS (
        SELECT k.id, k.subject, k.purpose, k.wrapped, k.keep_until
        -- Lists and not a join, which is planned for a small table and met by a large one.
        FROM pii.key k WHERE k.tenant_id = 1 AND k.subject = ANY (%s) AND k.purpose = ANY (%s)
            AND k.retired_at IS NULL
        FOR KEY SHARE
    ), made AS (
        INSERT INTO pii.key (id, subject, purpose, wrapped, created_at, keep_until)
        SELECT w.id, w.subject, w.purpose, w.wrapped, %s, w.keep_until FROM wanted w
        WHERE NOT EXISTS (
            SELECT 1 FROM found f WHERE f.subject = w.subject AND f.purpose = w.purpose)
        ON CONFLICT DO NOTHING
        RETURNING id, subject, purpose, wrapped, keep_until
    )
    SELECT * FROM found UNION ALL SELECT * FROM made
"""


class StoredKeyring:
    """The keys of `pii.key`, remembered for a minute after they were opened."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[UUID, tuple[float, DataKey | None]] = OrderedDict()
        self._lock = threading.Lock()

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        """Never trusts what is remembered: a destroyed key must seal nothing any more.

        The rows stay locked against destruction until the caller's transaction ends.
        """
        keys = self.for_sealing_all((subject, purpose) for purpose in purposes)
        return {purpose: key for (_, purpose), key in keys.items()}

    def for_sealing_all(self, wanted: Iterable[Want]) -> dict[Want, DataKey]:
        """Does what `for_sealing` does for many subjects, in one statement."""
        left = set(wanted)
        ends = {purpose: _keep_until(purpose) for _, purpose in left}
        keys: dict[Want, DataKey] = {}
        # Somebody else may be making the same key: the second look finds theirs.
        while left:
            # In one order, so that two who make the same keys wait and do not deadlock.
            for key, keep_until in self._rows(sorted(left), ends):
                keys[key.subject, key.purpose] = key
                end = ends[key.purpose]
                if end and keep_until and keep_until < end - SLACK:
                    execute("UPDATE pii.key SET keep_until = %s WHERE id = %s", (end, key.id))
            left -= keys.keys()
        return keys

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        found: dict[UUID, DataKey] = {}
        unknown = []
        for id in set(ids):
            known = self._recall(id)
            if known is None:
                unknown.append(id)
            elif known[0] is not None:
                found[id] = known[0]
        if unknown:
            rows = fetch(
                "SELECT id, subject, purpose, wrapped, retired_at IS NOT NULL FROM pii.key"
                " WHERE id = ANY (%s)",
                (unknown,),
            )
            for row in rows:
                found[row[0]] = self._opened(row[0], row[1], row[2], row[3], retired=row[4])
            for id in unknown:
                self._remember(id, found.get(id))
        return found

    def forget(self) -> None:
        """Forgets every opened key of this process."""
        with self._lock:
            self._remembered.clear()

    def _rows(
        self, wanted: Sequence[Want], ends: Mapping[str, datetime | None]
    ) -> Iterator[tuple[DataKey, datetime | None]]:
        """Yields the keys that are there or could be made, each with its end."""
        offered: dict[UUID, DataKey] = {}
        for subject, purpose in wanted:
            secret = AESGCM.generate_key(KEY_BITS)
            key = DataKey(id=new_id(), subject=subject, purpose=purpose, secret=secret)
            offered[key.id] = key
        subjects, purposes = [each[0] for each in wanted], [each[1] for each in wanted]
        sealed = [wrap(k.secret, k.id, k.subject, k.purpose) for k in offered.values()]
        moments = [ends[purpose] for purpose in purposes]
        rows = fetch(
            _FOR_SEALING,
            (
                *(subjects, purposes, list(offered), sealed, moments),
                *(list(set(subjects)), list(ends), now()),
            ),
        )
        for id, subject, purpose, wrapped, keep_until in rows:
            if id in offered:
                self._remember(id, offered[id])
            yield offered.get(id) or self._opened(id, subject, purpose, wrapped), keep_until

    def _opened(
        self, id: UUID, subject: UUID, purpose: str, wrapped: bytes, *, retired: bool = False
    ) -> DataKey:
        known = self._recall(id)
        if known is not None and known[0] is not None and known[0].retired == retired:
            return known[0]
        secret = unwrap(wrapped, id, subject, purpose)
        key = DataKey(id=id, subject=subject, purpose=purpose, secret=secret, retired=retired)
        self._remember(id, key)
        return key

    def _recall(self, id: UUID) -> tuple[DataKey | None] | None:
        with self._lock:
            until, key = self._remembered.get(id, (0.0, None))
            if until < time.monotonic():
                return None
            self._remembered.move_to_end(id)
            return (key,)

    def _remember(self, id: UUID, key: DataKey | None) -> None:
        with self._lock:
            self._remembered[id] = (time.monotonic() + REMEMBERED_SECONDS, key)
            self._remembered.move_to_end(id)
            while len(self._remembered) > REMEMBERED_KEYS:
                self._remembered.popitem(last=False)


stored_keyring = StoredKeyring()
_keyring: ContextVar[Keyring] = ContextVar("counterfoil_keyring", default=stored_keyring)


def keyring() -> Keyring:
    return _keyring.get()


class _Ready:
    """Keys that were fetched before they are needed; those to open with come as ever."""

    def __init__(self, keys: Mapping[Want, DataKey]) -> None:
        self._keys = keys

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        return {purpose: self._keys[subject, purpose] for purpose in purposes}

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        return stored_keyring.for_opening(ids)


@contextmanager
def ready(wanted: Iterable[Want]) -> Iterator[None]:
    """Fetches or makes keys in one statement for all that is sealed within the block.

    In the caller's transaction, which has to be the one that stores what is sealed. Nothing else
    than what is wanted can be sealed meanwhile.
    """
    if keyring() is not stored_keyring:
        yield
        return
    with use(_Ready(stored_keyring.for_sealing_all(wanted))):
        yield


@contextmanager
def use(other: Keyring) -> Iterator[None]:
    """Takes keys from elsewhere within the block, for tests of rules that need no database."""
    token = _keyring.set(other)
    try:
        yield
    finally:
        _keyring.reset(token)


def wrap(secret: bytes, id: UUID, subject: UUID, purpose: str) -> bytes:
    """Returns a data key as it may lie in the database."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key_encrypting_keys()[0]).encrypt(nonce, secret, _context(id, subject, purpose))
    return nonce + sealed


def unwrap(wrapped: bytes, id: UUID, subject: UUID, purpose: str) -> bytes:
    """Returns a data key.

    Raises:
        PersonalKeyMissing: none of this process's keys wrapped it, or the row was changed.
    """
    context = _context(id, subject, purpose)
    for key in key_encrypting_keys():
        try:
            return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except InvalidTag:
            continue
    raise PersonalKeyMissing(
        "PII_KEY is not the key under which this shop's personal data was sealed:"
        " give the process the key that was used then, after the new one"
    )


def _context(id: UUID, subject: UUID, purpose: str) -> bytes:
    return b"counterfoil/key/1\n" + id.bytes + subject.bytes + purpose.encode()


def _keep_until(purpose: str) -> datetime | None:
    period: timedelta | None = settings.PERSONAL_PERIODS.get(purpose)
    return (current_context().effective_at or now()) + period if period else None
