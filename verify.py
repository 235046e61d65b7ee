#!/usr/bin/env python3
"""Verifies a Counterfoil bundle or receipt offline: python3 verify.py FILE --key KEY

One file, Python 3.11 or newer and the `cryptography` package; nothing of the shop is imported, and
no line is shared with the code that made the proofs. docs/guides/proofs.md explains each format.

Checked: each event's hash and its stream's chain; the hash tree over all events (RFC 6962) at every
checkpoint; signatures (c2sp.org/tlog-checkpoint) and cosignatures (c2sp.org/tlog-cosignature); and
checkpoints kept from earlier. Exit status: 0 good, 1 bad, 2 the question cannot be understood.
"""

import argparse
import base64
import hashlib
import json
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BUNDLE, RECEIPT = "counterfoil-bundle/1", "counterfoil-receipt/1"
EVENTS, CHECKPOINTS, PROOFS = "events.jsonl", "checkpoints.jsonl", "proofs.json"
COLUMNS = (
    "position tenant_id stream_id version topic schema_version event_id recorded_at effective_at"
    " actor causation_id correlation_id command_id payload hash"
).split()
GENESIS, EMPTY_ROOT = bytes(32), hashlib.sha256(b"").digest()
ED25519, COSIGNATURE = 1, 4
TOLERANCE_SECONDS = 3600  # Clocks differ by less, and transactions take less.


class Bad(Exception):
    """Something is wrong. The first bad position is `last`, or one from `first` on to it."""

    def __init__(self, reason: str, first: int | None = None, last: int | None = None) -> None:
        super().__init__(reason)
        self.first, self.last = first, first if last is None else last


class Unusable(Exception):
    """The file or an argument cannot be read as what it should be."""


@dataclass(frozen=True)
class Key:
    """A public key; of a log (type 1) or of a witness (type 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(data).digest()[:4]

    @property
    def short(self) -> str:
        return f"{self.name}+{self.id.hex()}"

    def signs(self, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text: str) -> Key:
    """Reads `name+id+base64`. Raises: Unusable: it is none, or contradicts itself."""
    name, _, rest = text.strip().partition("+")
    key_id, _, material = rest.partition("+")
    try:
        data = base64.b64decode(material, validate=True)
        found = Key(name, data[0], data[1:])
        if len(data) == 33 and name and (found.id.hex(), found.kind in (1, 4)) == (key_id, True):
            return found
    except (ValueError, IndexError):
        pass
    # Not repeated: it might be the secret half.
    raise Unusable("a key is no verifier key, written name+id+base64, or its id is not its own")


@dataclass(frozen=True)
class Checkpoint:
    """A signed note's contents; `signatures` are names and bytes, not judged yet."""

    origin: str
    size: int
    root: bytes
    body: str
    signatures: tuple[tuple[str, bytes], ...]

    def signers(self, keys: Sequence[Key]) -> list[Key]:
        """Returns the keys that signed. Raises: Bad: one of them is named and did not."""
        known = [(key, data) for key in keys for data in self.by(key) if key.kind == ED25519]
        for key, data in known:
            if not key.signs(data[4:], self.body.encode()):
                raise Bad(f"checkpoint {self.size}: the signature of {key.short} is false")
        return [key for key, _ in known]

    def cosigned(self, witness: Key) -> int | None:
        """Returns when, in seconds since 1970; None if not. Raises: Bad: its line is false."""
        for data in self.by(witness):
            when = int.from_bytes(data[4:12], "big")
            text = f"cosignature/v1\ntime {when}\n{self.body}".encode()
            if len(data) != 76 or not witness.signs(data[12:], text):
                raise Bad(f"checkpoint {self.size}: the cosignature of {witness.name} is false")
            return when
        return None

    def by(self, key: Key) -> list[bytes]:
        own = (key.name, key.id)
        return [data for name, data in self.signatures if (name, data[:4]) == own]


def read_note(text: str, more: Sequence[str] = ()) -> Checkpoint:
    """Reads a checkpoint and further signature lines. Raises: Bad: the text is no checkpoint."""
    try:
        end = text.rindex("\n\n") + 1
        origin, size, root = text[:end].split("\n")[:3]
        digest, signatures = base64.b64decode(root, validate=True), []
        for line in [*text[end + 1 :].splitlines(), *more]:
            mark, name, data = line.split(" ")
            signatures.append((name, base64.b64decode(data, validate=True)))
            if mark != "—" or not name:
                raise ValueError(line)
        if str(int(size)) != size or int(size) < 0 or len(digest) != 32 or not origin:
            raise ValueError(size)
    except (ValueError, AttributeError):
        raise Bad(f"this is no checkpoint: {str(text)[:80]!r}") from None
    return Checkpoint(origin, int(size), digest, text[:end], tuple(signatures))


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def sides(place: int, last: int) -> list[bool]:
    """Returns for each step of a path from leaf `place` up whether its hash stands on the left.

    Both algorithms of RFC 9162 walk like this, in a tree whose last leaf is `last`.
    """
    result = []
    while last:
        result.append(bool(place & 1) or place == last)
        while result[-1] and not place & 1 and place:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return result


def included(event: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tells whether an event's hash stands at `index` in a tree; RFC 9162, section 2.1.3.2."""
    walk = sides(index, size - 1) if 0 <= index < size else None
    if walk is None or len(walk) != len(path):
        return False
    digest = hashlib.sha256(b"\x00" + event).digest()
    for step, left in zip(path, walk, strict=True):
        digest = node(step, digest) if left else node(digest, step)
    return digest == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tells whether one tree begins the other; RFC 9162, section 2.1.4.2."""
    if old == 0 or old >= new:
        right = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return right and not path and old <= new
    shift = (old & -old).bit_length() - 1
    # A tree of 2, 4, 8 ... leaves is a node of the larger one, so the proof leaves its root out.
    first, *steps = [old_root, *path] if old == 1 << shift else path or [b""]
    walk = sides((old - 1) >> shift, (new - 1) >> shift)
    second = first
    if len(walk) != len(steps):
        return False
    for step, left in zip(steps, walk, strict=True):
        if left:
            first, second = node(step, first), node(step, second)
        else:
            second = node(second, step)
    return first == old_root and second == new_root


@lru_cache(maxsize=8192, typed=True)
def hashed(value: object) -> str:
    """Returns a field as it is hashed, four bytes of length and its UTF-8, a character a byte."""
    data = str(value).encode()
    return (len(data).to_bytes(4, "big") + data).decode("latin-1")


# What is hashed is put together as one text, for speed: identifiers have 36 characters, and times
# since 2001 sixteen digits.
ABSENT, ID, TIME = "\xff\xff\xff\xff", "\0\0\0$", "\0\0\0\x10"


def event_hash(previous: bytes, row: Sequence[Any]) -> bytes:
    """Returns an event's hash, from COLUMNS and the one before; see docs/guides/event-store.md."""
    (_, tenant, stream, version, topic, schema, event, recorded, effective,
     actor, cause, correlation, command, payload, _) = row  # fmt: skip
    now = f"{TIME}{recorded}" if 10**15 <= recorded < 10**16 else hashed(recorded)
    then = f"{TIME}{effective}" if 10**15 <= effective < 10**16 else hashed(effective)
    text = (
        f"{hashed(tenant)}{ID}{stream}{hashed(version)}{hashed(topic)}{hashed(schema)}{ID}{event}"
        f"{now}{then}{hashed(actor)}{ABSENT if cause is None else ID + cause}{ID}{correlation}"
        f"{ABSENT if command is None else ID + command}"
    ).encode("latin-1")
    body = payload.encode()
    parts = (b"counterfoil/event/1\n\0\0\0 ", previous, text, len(body).to_bytes(4, "big"), body)
    return hashlib.sha256(b"".join(parts)).digest()


class Record:
    """All events in the order of the log: their chains, and the tree over them.

    After a bad event the tree grows on by the hashes as written: if it still is the one that was
    signed, that event is the first bad one for certain.
    """

    def __init__(self, tolerance_seconds: int) -> None:
        self.size = self.agreed = self.latest = 0
        self.roots: list[bytes] = []
        self.heads: dict[str, tuple[int, bytes]] = {}
        self.tolerance = tolerance_seconds * 1_000_000
        self.bad: Bad | None = None

    def add(self, row: list[Any]) -> None:
        """Raises: Bad: the event is wrong, and there is not even a hash to go on by."""
        if self.bad is None:
            try:
                return self.grow(self.judged(row, self.size + 1))
            except Bad as bad:
                self.bad = bad
        try:
            self.grow(bytes.fromhex(row[14]))
        except (IndexError, TypeError, ValueError):
            raise self.widened(self.bad) from None

    def judged(self, row: list[Any], here: int) -> bytes:
        """Returns the event's hash. Raises: Bad: it is not the next, or not what its hash says."""
        if row[:1] != [here] or len(row) != len(COLUMNS) or row[2] is None:
            raise Bad(f"position {here}: its event is missing", here)
        stream, version, recorded = row[2], row[3], row[7]
        expected, previous = self.heads.get(stream, (version, GENESIS))
        if version != expected or (previous is GENESIS and version not in (0, 1)):
            raise Bad(f"position {here}: event {version} of {stream} is out of turn", here)
        try:
            digest = event_hash(previous, row)
        except (AttributeError, TypeError, ValueError):
            raise Bad(f"position {here}: this is no event", here) from None
        if digest.hex() != row[14]:
            raise Bad(f"position {here}: the event is not what its hash says", here)
        if recorded < self.latest - self.tolerance:
            raise Bad(f"position {here}: back-dated; earlier ones say a later time", here)
        self.latest = max(self.latest, recorded)
        self.heads[stream] = (version + 1, digest)
        return digest

    def grow(self, digest: bytes) -> None:
        sha256, roots, rest = hashlib.sha256, self.roots, self.size
        digest = sha256(b"\x00" + digest).digest()
        while rest & 1:
            digest = sha256(b"\x01" + roots.pop() + digest).digest()
            rest >>= 1
        roots.append(digest)
        self.size += 1

    def agree(self, checkpoint: Checkpoint) -> None:
        """Compares the tree with the one signed. Raises: Bad: they differ, or an event was bad."""
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node(left, root)
        if root != checkpoint.root:
            reason = "all hashes are right, but these are not the events that were signed"
            raise self.widened(self.bad or Bad(reason, self.size))
        if self.bad is not None:
            raise self.bad
        self.agreed = self.size

    def widened(self, bad: Bad) -> Bad:
        """Returns the same complaint about all positions that no signature vouches for."""
        return Bad(str(bad), self.agreed + 1, bad.last)


@dataclass
class Question:
    """Whom to believe, and what was kept from earlier; `said` collects the answer's lines."""

    keys: list[Key] = field(default_factory=list)
    witnesses: list[Key] = field(default_factory=list)
    kept: list[Checkpoint] = field(default_factory=list)
    tolerance_seconds: int = TOLERANCE_SECONDS
    said: list[str] = field(default_factory=list)


def verify(path: Path, asked: Question) -> list[str]:
    """Returns what to tell the reader. Raises: Bad: at the first thing that is wrong. Unusable."""
    try:
        if path.is_dir() or zipfile.is_zipfile(path):
            verify_bundle(Source(path), asked)
        else:
            verify_receipt(json.loads(path.read_bytes()), asked)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Bad(f"{path} is not put together as it should be: {error!r}") from None
    return asked.said


def verify_bundle(source: "Source", asked: Question) -> None:
    manifest = json.loads(written := source.read("manifest.json"))
    if manifest["format"] != BUNDLE or manifest["columns"] != COLUMNS:
        raise Unusable(f"this is no bundle of the kind {BUNDLE}")
    found = map(json.loads, source.lines(CHECKPOINTS))
    checkpoints = [read_note(each["note"], each["cosignatures"]) for each in found]
    every = checked(checkpoints, manifest["keys"], asked)
    record = walk(source, every, asked.tolerance_seconds)
    last, root = checkpoints[-1], base64.b64decode(manifest["root"])
    if (last.origin, last.size, last.root) != (manifest["origin"], manifest["size"], root):
        raise Bad("the manifest does not name the last checkpoint")
    check_proofs(json.loads(source.read(PROOFS)), every, last)
    source.digests.pop("manifest.json")
    if source.digests != manifest["files"]:
        raise Bad("a file is not the one that the manifest names")
    if (json.dumps(manifest, indent=2) + "\n").encode() != written:
        raise Bad("the manifest is not written as the shop writes it")
    whole = (f"events: {record.size:,}", f"streams: {len(record.heads):,}")
    asked.said.insert(0, f"{', '.join(whole)}, recorded by {last.origin}")


def verify_receipt(receipt: dict[str, Any], asked: Question) -> None:
    if receipt["format"] != RECEIPT:
        raise Unusable(f"this is neither a bundle nor a receipt of the kind {RECEIPT}")
    note = read_note(receipt["checkpoint"]["note"], receipt["checkpoint"]["cosignatures"])
    every = checked([note], receipt["keys"], asked)
    heads: dict[str, tuple[int, bytes]] = {}
    for each in receipt["events"]:
        row = [each[name] for name in COLUMNS]
        position, stream, version = row[0], row[2], row[3]
        expected, previous = heads.get(stream, (1, GENESIS))
        digest = event_hash(previous, row)
        if version != expected or digest.hex() != row[14]:
            raise Bad(f"position {position}: the event is not what its hash says", position)
        path = [base64.b64decode(step) for step in each["proof"]]
        if not included(digest, position - 1, note.size, path, note.root):
            raise Bad(f"position {position}: the event is not in the signed tree", position)
        heads[stream] = (version + 1, digest)
    proved = check_proofs(receipt, every, note)
    for kept in asked.kept:
        if kept.size not in (*proved, note.size):
            advice = f"download the receipt with ?since={kept.size} behind its address"
            raise Unusable(f"no proof connects checkpoint {kept.size} with {note.size}: {advice}")
    count = f"events of {receipt['order']}: {len(receipt['events'])}"
    asked.said.insert(0, f"{count}, recorded by {note.origin}")
    if receipt["later"]:
        asked.said.append(f"NOTE: events after the last checkpoint: {receipt['later']}")


def checked(new: list[Checkpoint], offered: list[str], asked: Question) -> list[Checkpoint]:
    """Returns new and kept checkpoints by size. Raises: Bad: one is not to be believed."""
    read = [read_key(text) for text in offered]
    keys = asked.keys or read
    every = sorted([*new, *asked.kept], key=lambda each: each.size)
    for before, after in pairwise(every):
        if before.size == after.size and before.root != after.root:
            raise Bad(f"two checkpoints of {after.size} events differ")
    for each in every:
        if each.origin != every[-1].origin:
            raise Bad(f"checkpoint {each.size} is of {each.origin}, not of {every[-1].origin}")
        if not each.signers(keys):
            names = ", ".join(f"{name}+{data[:4].hex()}" for name, data in each.signatures)
            raise Bad(f"checkpoint {each.size} is signed by no known key, only by {names}")
    asked.said.append(f"checkpoints: {len(every):,}, all signed by a known key")
    for witness in asked.witnesses:
        times = [(each.size, when) for each in every if (when := each.cosigned(witness))]
        if not times:
            raise Bad(f"no checkpoint is cosigned by {witness.short}")
        day = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(times[-1][1]))
        asked.said.append(f"cosigned by {witness.name} at {times[-1][0]:,} events, {day}")
    for key in keys if not asked.keys else ():
        asked.said.append(
            f"NOTE: {key.short} came with the file: compare it with the published key"
        )
    return every


def walk(source: "Source", checkpoints: list[Checkpoint], tolerance_seconds: int) -> Record:
    """Reads every event. Raises: Bad: at the first difference, or where the record ends wrongly."""
    record, scan = Record(tolerance_seconds), json.JSONDecoder().scan_once  # type: ignore[attr-defined]
    signed = {each.size: each for each in checkpoints if each.size}
    for line in source.lines(EVENTS):
        try:
            row, end = scan(line, 0)
        except (ValueError, StopIteration):
            row, end = [], len(line)
        record.add(row if end == len(line) and isinstance(row, list) else [])
        if record.size in signed:
            record.agree(signed[record.size])
    last = max(signed, default=0)
    if record.bad is not None:
        raise record.widened(record.bad)
    if record.size < last:
        raise record.widened(Bad(f"cut off: {last} events were signed", record.size + 1))
    if record.size > last:
        raise Bad("events follow that no checkpoint covers", last + 1)
    return record


def check_proofs(found: dict[str, Any], every: list[Checkpoint], new: Checkpoint) -> list[int]:
    """Returns the sizes of checkpoints proved to begin the new one. Raises: Bad: one does not."""
    old = {each.size: each.root for each in every}
    proofs = [each for each in found["consistency"] if each["from"] in old]
    for each in proofs:
        size, path = each["from"], [base64.b64decode(step) for step in each["path"]]
        if not consistent(size, old[size], new.size, new.root, path):
            raise Bad(f"checkpoint {size} is not where checkpoint {new.size} comes from")
    return [each["from"] for each in proofs]


class Source:
    """A bundle: a folder or a zip file; keeps the digest of each file that was read."""

    def __init__(self, path: Path) -> None:
        self.root = path if path.is_dir() else zipfile.Path(path)
        self.digests: dict[str, str] = {}

    def blocks(self, name: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        try:
            with (self.root / name).open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
                    yield block
        except (FileNotFoundError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise Bad(f"{name} is missing or damaged: {error}") from None
        self.digests[name] = digest.hexdigest()

    def read(self, name: str) -> bytes:
        return b"".join(self.blocks(name))

    def lines(self, name: str) -> Iterator[str]:
        rest = b""
        for block in self.blocks(name):
            whole, end, rest = (rest + block).rpartition(b"\n")
            if end:
                yield from whole.decode(errors="replace").split("\n")


def keys_of(texts: Sequence[str]) -> list[Key]:
    """Reads keys given as such, or as files with one key a line."""
    lines = [Path(text).read_text() if Path(text).is_file() else text for text in texts]
    return [read_key(line) for text in lines for line in text.splitlines() if line.strip()]


def kept_note(name: str) -> Checkpoint:
    """Reads a checkpoint kept from earlier: a note, or a receipt, whose note is taken."""
    try:
        text = Path(name).read_text()
        note = json.loads(text)["checkpoint"] if text.lstrip().startswith("{") else {"note": text}
        return read_note(note["note"], note.get("cosignatures", ()))
    except (Bad, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise Unusable(f"{name} holds no checkpoint: {error}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__.split("\n\n")[0])
    several: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("file", type=Path, help="a bundle (folder or zip file) or a receipt")
    parser.add_argument("--key", help="the log's key, or a file of it", **several)
    parser.add_argument("--witness", help="a witness's key, or a file of it", **several)
    parser.add_argument("--checkpoint", help="a file with a checkpoint kept from before", **several)
    parser.add_argument("--tolerance", type=int, default=TOLERANCE_SECONDS, help="in seconds")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    try:
        kept = [kept_note(name) for name in options.checkpoint]
        keys, witnesses = keys_of(options.key), keys_of(options.witness)
        for line in verify(options.file, Question(keys, witnesses, kept, options.tolerance)):
            print(f"  {line}.")
    except (Unusable, OSError) as error:
        print(f"Cannot verify: {error}", file=sys.stderr)
        return 2
    except Bad as bad:
        print(f"BAD: {bad}.")
        if bad.last is not None:
            others = "" if bad.first == bad.last else f", or one of {bad.first} to {bad.last - 1}"
            print(f"First bad position: {bad.last}{others}")
        return 1
    print(f"GOOD: nothing was changed, in {time.perf_counter() - began:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
