"""Signed notes and their keys, after c2sp.org/signed-note and c2sp.org/tlog-cosignature.

A key is written the way Go's sumdb tools write it: `name+id+base64` for the public half, the same
behind `PRIVATE+KEY+` for the secret one. The id is four bytes of a hash of name, type and key.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

# Signature types of c2sp.org/signed-note: plain Ed25519, and a witness's with a time.
ED25519, COSIGNATURE = 0x01, 0x04
PRIVATE = "PRIVATE+KEY+"


class KeyMalformed(ValueError):
    """A text that should be a key is none; the message never repeats it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name it signs under; `text` is what others are given."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(data).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises: KeyMalformed: the text is no public key, or its id is not that of its key."""
        name, kind, material, key_id = taken_apart(text.strip())
        found = cls(name, kind, material)
        if found.id != key_id:
            raise KeyMalformed("the key's id does not belong to its name and bytes")
        return found

    def cosigned_at(self, body: str, line: str) -> int | None:
        """Returns when this witness cosigned a note's body, in seconds since 1970; None if not."""
        name, signature = signature_of(line)
        if name != self.name or signature[:4] != self.id or len(signature) != 76:
            return None
        moment = int.from_bytes(signature[4:12], "big")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature[12:], cosigned_text(body, moment)
            )
        except InvalidSignature:
            return None
        return moment


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A log's secret key and the name, the log's origin, that it signs under."""

    name: str
    secret: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Self:
        """Raises: KeyMalformed: no note can carry the name."""
        check_name(name)
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises: KeyMalformed: the text is no secret key of this type."""
        bare = text.strip()
        if not bare.startswith(PRIVATE):
            raise KeyMalformed(f"it does not begin with {PRIVATE}")
        name, kind, seed, key_id = taken_apart(bare.removeprefix(PRIVATE))
        if kind != ED25519:
            raise KeyMalformed(f"its type is {kind} and not {ED25519}, Ed25519")
        found = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if found.verifier.id != key_id:
            raise KeyMalformed("its id does not belong to its name and bytes")
        return found

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, ED25519, self.secret.public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        seed = bytes([ED25519]) + self.secret.private_bytes_raw()
        return f"{PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded(seed)}"

    def signature_line(self, body: str) -> str:
        signature = self.verifier.id + self.secret.sign(body.encode())
        return f"— {self.name} {encoded(signature)}\n"


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """Returns the three lines of c2sp.org/tlog-checkpoint."""
    return f"{origin}\n{size}\n{encoded(root)}\n"


def signed_note(body: str, keys: Sequence[SigningKey]) -> str:
    return body + "\n" + "".join(key.signature_line(body) for key in keys)


def body_of(note: str) -> str:
    """Returns the part of a note that is signed: all before the last empty line."""
    return note[: note.rindex("\n\n") + 1]


def cosigned_text(body: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{body}".encode()


def signature_of(line: str) -> tuple[str, bytes]:
    """Returns name and bytes of a signature line; both empty when it is none."""
    mark, _, rest = line.strip().partition(" ")
    name, _, text = rest.partition(" ")
    try:
        return (name, base64.b64decode(text, validate=True)) if mark == "—" else ("", b"")
    except (binascii.Error, ValueError):
        return "", b""


def taken_apart(text: str) -> tuple[str, int, bytes, bytes]:
    name, _, rest = text.partition("+")
    key_id, _, material = rest.partition("+")
    try:
        check_name(name)
        data = base64.b64decode(material, validate=True)
        found_id = bytes.fromhex(key_id)
    except (binascii.Error, ValueError) as error:
        raise KeyMalformed("it is not written as name+id+base64") from error
    if len(data) != 33 or len(found_id) != 4:
        raise KeyMalformed("it is not of Ed25519's length")
    return name, data[0], data[1:], found_id


def check_name(name: str) -> None:
    """Raises: KeyMalformed: signature lines separate by spaces, keys by a plus sign."""
    if not name or "+" in name or any(each.isspace() or ord(each) < 32 for each in name):
        raise KeyMalformed("a key's name has no spaces and no plus sign, and is not empty")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
