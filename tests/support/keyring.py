"""Keys in memory, for rules that are tested without a database."""

from collections.abc import Iterable
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.privacy.keys import KEY_BITS, DataKey
from modules.kernel.identity import new_id


class MemoryKeyring:
    """Makes keys and forgets none."""

    def __init__(self) -> None:
        self.keys: dict[UUID, DataKey] = {}

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        for purpose in purposes:
            if not any((k.subject, k.purpose) == (subject, purpose) for k in self.keys.values()):
                secret = AESGCM.generate_key(KEY_BITS)
                key = DataKey(id=new_id(), subject=subject, purpose=purpose, secret=secret)
                self.keys[key.id] = key
        return {key.purpose: key for key in self.keys.values() if key.subject == subject}

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        return {id: self.keys[id] for id in ids if id in self.keys}
