#!/usr/bin/env python3
"""A witness for Counterfoil's log, and any other that speaks c2sp.org/tlog-witness.

It runs on a host that the shop's owner does not control, and remembers of each log the last
checkpoint it cosigned. It cosigns the next one only with a proof that the log has grown and changed
nothing, so that nobody can be shown another history than anybody else. Needs `verify.py` beside
it, Python 3.11 or newer and the `cryptography` package.

    python3 witness.py keygen witness.example/w1 witness.key
    python3 witness.py serve --key witness.key --log LOGS-KEY --state witness-state --port 8080
"""

import argparse
import base64
import binascii
import fcntl
import hashlib
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verify import (
    COSIGNATURE,
    EMPTY_ROOT,
    Bad,
    Checkpoint,
    Key,
    Unusable,
    consistent,
    keys_of,
    read_note,
)

PRIVATE = "PRIVATE+KEY+"
PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
# 63 proof lines, a note and its signatures, post-quantum ones included, fit well into this.
LARGEST_REQUEST = 1 << 17
LONGEST_PROOF = 63
IDLE_SECONDS = 30


@dataclass(frozen=True)
class WitnessKey:
    """A witness's name and secret key, signatures of type 4."""

    name: str
    secret: Ed25519PrivateKey

    @property
    def public(self) -> Key:
        return Key(self.name, COSIGNATURE, self.secret.public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        data = bytes([COSIGNATURE]) + self.secret.private_bytes_raw()
        return f"{PRIVATE}{self.public.short}+{base64.b64encode(data).decode()}"

    def cosign(self, checkpoint: Checkpoint, moment: int) -> str:
        message = f"cosignature/v1\ntime {moment}\n{checkpoint.body}".encode()
        data = self.public.id + moment.to_bytes(8, "big") + self.secret.sign(message)
        return f"— {self.name} {base64.b64encode(data).decode()}\n"


def read_secret(path: Path) -> WitnessKey:
    """Raises: Unusable: the file holds no secret key of a witness."""
    try:
        name, _, material = path.read_text().strip().removeprefix(PRIVATE).split("+", 2)
        data = base64.b64decode(material, validate=True)
        if data[0] == COSIGNATURE:
            return WitnessKey(name, Ed25519PrivateKey.from_private_bytes(data[1:]))
    except (OSError, ValueError, IndexError, binascii.Error):
        pass
    raise Unusable(f"{path} is no secret key of a witness: make one by `witness.py keygen`")


def shown(key: Key) -> str:
    return f"{key.short}+{base64.b64encode(bytes([key.kind]) + key.public).decode()}"


class Reply(NamedTuple):
    """An HTTP status, what the text is, and the text."""

    status: int
    text: str
    kind: str = PLAIN


class Witness:
    """Judges requests; `state` is a folder with the last cosigned note of each log."""

    def __init__(self, key: WitnessKey, logs: Sequence[Key], state: Path) -> None:
        self.key, self.logs, self.state = key, logs, state
        self.deciding = threading.Lock()
        state.mkdir(parents=True, exist_ok=True)
        self.owner = (state / "lock").open("w")
        try:
            fcntl.flock(self.owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.owner.close()
            raise Unusable(
                f"another witness works on {state}; two would sign two histories"
            ) from None

    def add_checkpoint(self, data: bytes) -> Reply:
        """Answers a request's body as the protocol says."""
        try:
            old, path, checkpoint = read_request(data)
        except (Bad, ValueError) as error:
            return Reply(400, f"{error}\n")
        keys = [key for key in self.logs if key.name == checkpoint.origin]
        if not keys:
            return Reply(404, "this witness does not know a log of this origin\n")
        try:
            signers = checkpoint.signers(keys)
        except Bad as bad:
            return Reply(403, f"{bad}\n")
        if not signers:
            return Reply(403, "no key that this witness trusts has signed\n")
        if old > checkpoint.size:
            return Reply(400, "the old size is larger than the checkpoint\n")
        # From reading the last size to having stored the new one, no other request may decide.
        with self.deciding:
            return self.decide(old, path, checkpoint, data)

    def decide(self, old: int, path: list[bytes], new: Checkpoint, data: bytes) -> Reply:
        size, root = self.last(new.origin)
        if old != size:
            return Reply(409, f"{size}\n", SIZE)
        if size == new.size and root != new.root:
            return Reply(409, f"another root was cosigned at {size}\n")
        if not consistent(size, root, new.size, new.root, path):
            return Reply(422, f"the proof does not lead from {size} to {new.size}\n")
        self.keep(new.origin, data[data.index(b"\n\n") + 2 :])
        return Reply(200, self.key.cosign(new, int(time.time())))

    def last(self, origin: str) -> tuple[int, bytes]:
        """Returns size and root of the last checkpoint cosigned for a log.

        Raises:
            Bad: the file was damaged; nothing is cosigned then.
        """
        try:
            found = read_note(self.file(origin).read_text())
        except FileNotFoundError:
            return 0, EMPTY_ROOT
        return found.size, found.root

    def keep(self, origin: str, note: bytes) -> None:
        """Stores a note so that it is there after a power cut; the answer waits for it."""
        path = self.file(origin)
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(self.state, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def file(self, origin: str) -> Path:
        return self.state / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"


def read_request(data: bytes) -> tuple[int, list[bytes], Checkpoint]:
    """Returns old size, proof and checkpoint. Raises: ValueError, Bad: the body is no request."""
    head, blank, note = data.decode().partition("\n\n")
    first, *lines = head.split("\n")
    word, _, number = first.partition(" ")
    if word != "old" or not (number.isascii() and number.isdigit()) or str(int(number)) != number:
        raise ValueError("the first line is not `old` and a size")
    if not blank or len(lines) > LONGEST_PROOF:
        raise ValueError("after at most 63 proof lines an empty line and a checkpoint follow")
    path = [base64.b64decode(line, validate=True) for line in lines]
    if any(len(step) != 32 for step in path):
        raise ValueError("a proof line is not a hash of 32 bytes")
    return int(number), path, read_note(note)


class Handler(BaseHTTPRequestHandler):
    """HTTP around a witness, which the server carries."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: "Server"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            self.close_connection = True
            self.answer(Reply(413 if length.isdigit() else 411, "say a length that is not large\n"))
            return
        body = self.rfile.read(int(length))
        if not self.path.endswith("/add-checkpoint"):
            self.answer(Reply(404, "POST to .../add-checkpoint\n"))
            return
        try:
            self.answer(self.server.witness.add_checkpoint(body))
        except (OSError, Bad) as error:
            self.log_error("the state cannot be used: %s", error)
            self.answer(Reply(500, "this witness cannot use its memory just now\n"))

    def answer(self, reply: Reply) -> None:
        data = reply.text.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness) -> None:
        super().__init__(address, Handler)
        self.witness = witness


def keygen(name: str, path: Path) -> None:
    """Writes a new secret key, readable by its owner alone, and prints the public one."""
    if not name or "+" in name or any(each.isspace() for each in name):
        raise Unusable("a name has no spaces and no plus sign: witness.example/w1")
    key = WitnessKey(name, Ed25519PrivateKey.generate())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unusable(f"{path} exists; a witness keeps its key for life") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(key.text + "\n")
    print(shown(key.public))


def serve(options: argparse.Namespace) -> None:
    key = read_secret(options.key)
    server = Server((options.host, options.port), Witness(key, keys_of(options.log), options.state))
    print(f"Witness {shown(key.public)} listens on {options.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="witness.py", description=__doc__.split("\n\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    making = actions.add_parser("keygen", help="make a secret key")
    making.add_argument("name", help="such as witness.example/w1")
    making.add_argument("file", type=Path)
    serving = actions.add_parser("serve", help="answer logs")
    serving.add_argument("--key", type=Path, required=True, help="the file that keygen wrote")
    serving.add_argument("--log", action="append", required=True, help="a log's key, or a file")
    serving.add_argument(
        "--state",
        type=Path,
        required=True,
        help="a folder; restoring an old copy of it would sign a second history",
    )
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8080)
    options = parser.parse_args(arguments)
    try:
        keygen(options.name, options.file) if options.action == "keygen" else serve(options)
    except (Unusable, OSError) as error:
        print(f"Cannot: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
