"""The world outside, in a file of its own that no fault reaches, and effects that act on it."""

import os
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from uuid import UUID

from events.database import execute
from events.effects import effect
from events.turns import require_turn

OUTSIDE = "FAULTS_OUTSIDE"
PATIENCE_SECONDS = 60.0


class World:
    """Remembers every call by the key it came with; what was asked for twice happened once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as world:
            world.execute("CREATE TABLE IF NOT EXISTS call (what TEXT, id TEXT, pid INT)")

    def _open(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.path, timeout=30, isolation_level=None))

    def note(self, what: str, identifier: UUID) -> None:
        with self._open() as world:
            world.execute("INSERT INTO call VALUES (?, ?, ?)", (what, str(identifier), os.getpid()))

    def calls(self, what: str) -> Counter[UUID]:
        """Returns how often each effect was tried (`begun`) or reached the outside (`done`)."""
        with self._open() as world:
            rows = world.execute("SELECT id FROM call WHERE what = ?", (what,)).fetchall()
        return Counter(UUID(row[0]) for row in rows)

    def allow(self) -> None:
        """Lets go on whoever waits in `await_leave`."""
        self.path.with_suffix(".go").touch()

    def await_leave(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.path.with_suffix(".go").exists():
            assert time.monotonic() < deadline, "nobody gave leave"
            time.sleep(0.01)


def outside() -> World:
    return World(Path(os.environ[OUTSIDE]))


@effect("faults.deliver", max_attempts=30)
def deliver(effect_id: UUID, before: float = 0.0, after: float = 0.0) -> None:
    """Calls the outside with its id as key, and takes its time before and after."""
    world = outside()
    world.note("begun", effect_id)
    time.sleep(before)
    world.note("done", effect_id)
    time.sleep(after)


@effect("faults.count", max_attempts=30, transactional=True)
def count(effect_id: UUID, before: float = 0.0, after: float = 0.0) -> None:
    """Counts a run in the transaction of its done-mark."""
    outside().note("begun", effect_id)
    time.sleep(before)
    execute(
        "INSERT INTO faults_count VALUES (%s, 1)"
        " ON CONFLICT (id) DO UPDATE SET runs = faults_count.runs + 1",
        (effect_id,),
    )
    outside().note("counted", effect_id)
    time.sleep(after)


@effect("faults.stumble", max_attempts=30)
def stumble(effect_id: UUID) -> None:
    """Fails at its first attempt, at a moment of the test's choice."""
    world = outside()
    world.note("begun", effect_id)
    if world.calls("begun")[effect_id] == 1:
        world.await_leave()
        raise OSError("the other side hung up")
    world.note("done", effect_id)


@effect("faults.irrevocable", max_attempts=30)
def irrevocable(effect_id: UUID) -> None:
    """Its first attempt waits for leave before it asks whether it is still its turn."""
    world = outside()
    world.note("begun", effect_id)
    if world.calls("begun")[effect_id] == 1:
        world.await_leave()
    require_turn()
    world.note("done", effect_id)


@effect("faults.poison", max_attempts=3)
def poison(effect_id: UUID) -> None:
    """Takes its worker down, as the system does when memory runs out."""
    outside().note("begun", effect_id)
    os.kill(os.getpid(), signal.SIGKILL)
