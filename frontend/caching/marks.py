"""A small file that all processes of a machine map: has anything that pages show just changed?

It is never asked what the newest version is; PostgreSQL alone knows. It only says when to ask.
"""

import mmap
import os
import struct
import threading
from pathlib import Path

TOKEN_BYTES = 8
SLOTS = 64
SIZE = TOKEN_BYTES + SLOTS * 8
NO_DOUBTS = bytes(SLOTS * 8)
# How long a writer may take from its statement to its commit while everybody looks for itself.
DOUBT_SECONDS = 1.0


class Marks:
    """The file at `path`, made when it is missing.

    Raises:
        OSError: it cannot be made, for example on a full disk.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Without room of its own a page of a mapped file ends the process that writes to it.
            os.posix_fallocate(descriptor, 0, SIZE)
            self._bytes = mmap.mmap(descriptor, SIZE)
        finally:
            os.close(descriptor)

    def token(self) -> bytes:
        """Returns a value that is another one after each `changed`, in whatever process."""
        return self._bytes[:TOKEN_BYTES]

    def changed(self) -> None:
        """Has everybody ask PostgreSQL once. Call it when the change is committed.

        The value is random: two counters raised at once could come back to an earlier value.
        """
        self._bytes[:TOKEN_BYTES] = os.urandom(TOKEN_BYTES)

    def doubt(self, now: float) -> None:
        """Has everybody ask PostgreSQL at each request, until `settle` or DOUBT_SECONDS passed."""
        struct.pack_into("d", self._bytes, self._place(), now + DOUBT_SECONDS)

    def settle(self) -> None:
        """Ends the doubt of this thread; the deadline ends that of a process that was killed."""
        struct.pack_into("d", self._bytes, self._place(), 0.0)

    def in_doubt(self, now: float) -> bool:
        """Tells whether somebody may be about to commit; `now` is `time.monotonic()`."""
        if self._bytes[TOKEN_BYTES:] == NO_DOUBTS:
            return False
        deadlines = struct.unpack_from(f"{SLOTS}d", self._bytes, TOKEN_BYTES)
        # A deadline far ahead was written before the machine started anew, when clocks began at 0.
        return any(now < deadline <= now + DOUBT_SECONDS for deadline in deadlines)

    @staticmethod
    def _place() -> int:
        # Two threads that share a slot may end each other's doubt: then the next look is due in
        # half a second, as without it.
        return TOKEN_BYTES + 8 * (hash((os.getpid(), threading.get_native_id())) % SLOTS)
