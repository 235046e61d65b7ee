"""The world outside, in a file of its own that no fault reaches, and effects that act on it."""

import os
import signal
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

from events.database import execute
from events.effects import effect
from events.turns import require_turn
from tests.support.waiting import wait_until

OUTSIDE = "FAULTS_OUTSIDE"


class World:
    """Remembers every call by the key it came with; what was asked for twice happened once.

    A line for each call, appended in one write: a process may be frozen or killed at any moment,
    and would take a lock along that the others wait for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()

    def note(self, what: str, identifier: UUID) -> None:
        with self.path.open("ab", buffering=0) as world:
            world.write(f"{what} {identifier}\n".encode())

    def calls(self, what: str) -> Counter[UUID]:
        """Returns how often each effect was tried (`begun`) or reached the outside (`done`)."""
        # What is behind the last end of a line is not yet written in full.
        lines = (line.split() for line in self.path.read_text().split("\n")[:-1])
        return Counter(UUID(identifier) for said, identifier in lines if said == what)

    def allow(self) -> None:
        """Lets go on whoever waits in `await_leave`."""
        self.path.with_suffix(".go").touch()

    def await_leave(self) -> None:
        wait_until(self.path.with_suffix(".go").exists, "leave")


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
