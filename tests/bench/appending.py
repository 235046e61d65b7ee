"""Appends events for a time, as one client of the store does; told by lines on standard input.

A line is `MODE BEGIN_AT SECONDS`; the answer is how many transactions were committed. Modes:
`append` is `events.store.append` in a transaction, `command` a whole command that saves an
aggregate (its answer stored, its event appended, readers woken).
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import django
from django.db import transaction

from events import repository
from events.aggregate import Aggregate, Event
from events.commands import command
from events.registry import event
from events.store import append
from modules.kernel.identity import new_id

TEXT = "An event of the size that a short fact has: a name, an amount, and a reason in words."


class Notebook(Aggregate):
    """Has one event in its life."""

    kind = "bench.notebook"
    text: str

    @event("bench.notebook.opened")
    class Opened(Event, frozen=True):
        text: str

        def apply(self, aggregate: "Notebook") -> None:
            aggregate.text = self.text

    @classmethod
    def open(cls, id: UUID, text: str) -> "Notebook":
        return cls._create(cls.Opened, id=id, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNotebook:
    notebook_id: UUID
    text: str


@command
def open_notebook(message: OpenNotebook) -> UUID:
    """Opens a notebook."""
    repository.save(Notebook.open(message.notebook_id, message.text))
    return message.notebook_id


def append_one() -> None:
    id = new_id()
    opened = Notebook.Opened(originator_id=id, originator_version=1, text=TEXT)
    with transaction.atomic():
        append(id, Notebook.kind, [opened], expected_version=0)


def command_one() -> None:
    open_notebook(OpenNotebook(notebook_id=new_id(), text=TEXT))


MODES: dict[str, Callable[[], None]] = {"append": append_one, "command": command_one}


def main() -> None:
    django.setup()
    for one in MODES.values():
        one()
    print("ready", flush=True)
    for line in sys.stdin:
        mode, begin_at, seconds = line.split()
        print(committed(MODES[mode], float(begin_at), float(seconds)), flush=True)


def committed(one: Callable[[], None], begin_at: float, seconds: float) -> int:
    time.sleep(max(0.0, begin_at - time.monotonic()))
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        one()
        count += 1
    return count


if __name__ == "__main__":
    main()
