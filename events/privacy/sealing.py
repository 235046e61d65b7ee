"""Sealing personal fields of events, and opening them again.

AES-256-GCM for each field, under the subject's key for the field's purpose. The subject, the
purpose, the event and the field are authenticated with it, so that a sealed value opens where it
was sealed and nowhere else. The sealed value is what is stored and hashed.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.errors import SealBroken
from events.privacy.keys import NONCE_BYTES, DataKey, keyring, stored_keyring
from events.privacy.marks import EACH, Mark, stand_in

type View = Literal["open", "sealed", "kept"]

MARK = "$sealed"
# In a payload's text, what a person typed has its quotation marks escaped, so this is ours alone.
MARK_TEXT = f'"{MARK}"'.encode()
VERSION = 1

# What pages, mails and exports show in place of what nobody can read any more, or may not read.
ERASED = "erased"
SEALED = "sealed"

_view: ContextVar[View] = ContextVar("counterfoil_personal_view", default="open")
_words: ContextVar[Mapping[UUID, str]] = ContextVar("counterfoil_erased_words")
_NO_WORDS: Mapping[UUID, str] = MappingProxyType({})


@contextmanager
def personal_fields(view: View, *, erased: Mapping[UUID, str] = _NO_WORDS) -> Iterator[None]:
    """Decides how sealed fields are read within the block.

    `open`, the default: as they were, or `erased`. `sealed`: not at all, every one says `sealed`.
    `kept`: also what was erased and the law still wants kept; for that purpose alone.
    `erased` has other words for what was sealed under destroyed keys, by their ids.
    """
    tokens = _view.set(view), _words.set(erased)
    try:
        yield
    finally:
        _view.reset(tokens[0])
        _words.reset(tokens[1])


def seal(
    marks: tuple[Mark, ...], fields: dict[str, Any], *, subject: UUID, stream_id: UUID, version: int
) -> None:
    """Replaces the marked fields of a payload by sealed ones; an empty one stays as it is.

    Makes the subject's keys where there are none yet, in the caller's transaction.
    """
    present = [
        (mark, value) for mark in _spread(marks, fields) if (value := _get(fields, mark.path))
    ]
    if not present:
        return
    keys = keyring().for_sealing(subject, {mark.purpose for mark, _ in present})
    for mark, value in present:
        key = keys[mark.purpose]
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key.secret).encrypt(
            nonce, msgspec.json.encode(value), _context(key, mark, stream_id, version)
        )
        text = base64.b64encode(nonce + sealed).decode()
        _put(fields, mark.path, {MARK: VERSION, "k": str(key.id), "c": text})


def open_sealed(
    marks: tuple[Mark, ...], fields: dict[str, Any], *, stream_id: UUID, version: int
) -> None:
    """Replaces the sealed fields of a payload by what they say, as `personal_fields` decides.

    Raises:
        SealBroken: a sealed value was changed or moved.
    """
    view, words = _view.get(), _words.get(_NO_WORDS)
    sealed = [
        (mark, value)
        for mark in _spread(marks, fields)
        if _is_sealed(value := _get(fields, mark.path))
    ]
    if view == "sealed":
        for mark, value in sealed:
            word = words.get(_key_id(value), SEALED) if words else SEALED
            _put(fields, mark.path, stand_in(mark.type, word))
        return
    keys = keyring().for_opening({_key_id(value) for _, value in sealed})
    for mark, value in sealed:
        key = keys.get(_key_id(value))
        if key is None or (key.retired and view != "kept"):
            word = words.get(_key_id(value), ERASED)
            _put(fields, mark.path, stand_in(mark.type, word))
        else:
            _put(fields, mark.path, _opened(key, mark, value, stream_id, version))


def _opened(
    key: DataKey, mark: Mark, value: dict[str, Any], stream_id: UUID, version: int
) -> object:
    try:
        raw = base64.b64decode(value["c"], validate=True)
        text = AESGCM(key.secret).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], _context(key, mark, stream_id, version)
        )
    except (InvalidTag, KeyError, TypeError, ValueError, binascii.Error):
        raise SealBroken(
            f"{mark.name} of event {version} is not what was sealed there",
            stream_id=stream_id,
            version=version,
        ) from None
    return msgspec.json.decode(text)


def _context(key: DataKey, mark: Mark, stream_id: UUID, version: int) -> bytes:
    """What a sealed value is bound to; names come last, after all that has a fixed length."""
    place = key.subject.bytes + stream_id.bytes + version.to_bytes(8, "big")
    return b"counterfoil/sealed/1\n" + place + f"{mark.purpose}\n{mark.name}".encode()


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and MARK in value


def _key_id(value: dict[str, Any]) -> UUID:
    try:
        return UUID(value["k"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise SealBroken("a sealed field names no key") from None


def _spread(marks: tuple[Mark, ...], fields: dict[str, Any]) -> Iterator[Mark]:
    """Yields the marks with those of lists once for each item, whose place is part of the name."""
    for mark in marks:
        if EACH not in mark.path:
            yield mark
            continue
        before = mark.path.index(EACH)
        above, below = mark.path[:before], mark.path[before + 1 :]
        for place in range(len(_get(fields, above) or ())):
            path = (*above, str(place), *below)
            yield from _spread((Mark(path, mark.type, mark.purpose),), fields)


def _get(fields: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if isinstance(fields, list | tuple):
            fields = fields[int(name)]
        else:
            fields = fields.get(name) if isinstance(fields, dict) else None
    return fields


def _put(fields: Any, path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        fields = fields[int(name)] if isinstance(fields, list | tuple) else fields[name]
    fields[path[-1]] = value


_KEY_IDS = re.compile(rb'"k":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


def fetch_keys(payloads: Iterable[bytes]) -> None:
    """Reads the keys of many payloads at once, from the database and not from memory.

    For those who open a long stretch of history: one query instead of one for each person, and
    nobody's data who was erased a moment ago.
    """
    ids = {id for payload in payloads for id in keys_named(payload)}
    stored_keyring.forget()
    stored_keyring.for_opening(ids)


def keys_named(payload: bytes) -> set[UUID]:
    """Returns the ids of the keys under which fields of a stored payload are sealed."""
    if MARK_TEXT not in payload:
        return set()
    return {UUID(found.decode()) for found in _KEY_IDS.findall(payload)}
