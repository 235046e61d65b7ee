"""Data keys: one for each subject and purpose, kept wrapped in `pii.key`.

What is sealed names its key by id, so that a key that was destroyed is never mistaken for the one
that the same person gets later.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
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


class Keyring(Protocol):
    """Where keys come from: the database, or a test's memory."""

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        """Returns the subject's key for each purpose, made if there is none yet."""

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        """Returns those of the keys that exist."""


_FOR_SEALING = """
    WITH found AS (
        SELECT id, purpose, wrapped, keep_until FROM pii.key
        WHERE tenant_id = 1 AND subject = %s AND purpose = ANY (%s) AND retired_at IS NULL
        FOR KEY SHARE
    ), made AS (
        INSERT INTO pii.key (id, subject, purpose, wrapped, created_at, keep_until)
        SELECT new.id, %s, new.purpose, new.wrapped, %s, new.keep_until
        FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::timestamptz[])
            AS new (id, purpose, wrapped, keep_until)
        WHERE NOT EXISTS (SELECT 1 FROM found WHERE found.purpose = new.purpose)
        ON CONFLICT DO NOTHING
        RETURNING id, purpose, wrapped, keep_until
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
        wanted = sorted(set(purposes))
        ends = {purpose: _keep_until(purpose) for purpose in wanted}
        keys: dict[str, DataKey] = {}
        # Somebody else may be making the same key: the second look finds theirs.
        while len(keys) < len(wanted):
            for id, purpose, wrapped, keep_until in self._rows(subject, ends):
                keys[purpose] = self._opened(id, subject, purpose, wrapped)
                end = ends[purpose]
                if end and keep_until and keep_until < end - SLACK:
                    execute("UPDATE pii.key SET keep_until = %s WHERE id = %s", (end, id))
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
        self, subject: UUID, ends: dict[str, datetime | None]
    ) -> list[tuple[UUID, str, bytes, datetime | None]]:
        ids = [new_id() for _ in ends]
        wrapped = [
            wrap(AESGCM.generate_key(KEY_BITS), id, subject, purpose)
            for id, purpose in zip(ids, ends, strict=True)
        ]
        purposes, moments = list(ends), list(ends.values())
        return fetch(
            _FOR_SEALING,
            (subject, purposes, subject, now(), ids, purposes, wrapped, moments),
        )

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
