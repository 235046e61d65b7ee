"""Appends events for a time, as one client of the store does; told by lines on standard input.

A line is `MODE BEGIN_AT SECONDS WRITERS`; the answer is how many transactions were committed.
Modes: `append` is `events.store.append` in a transaction, `command` a whole command that saves an
aggregate (its answer stored, its event appended, readers woken), `unchained` is `append` without
its hash. With more than one writer a process has as many threads.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch
from uuid import UUID

import django
from django.db import transaction

from events import repository, store
from events.commands import command
from events.store import append
from modules.kernel.identity import new_id
from tests.bench.notebooks import TEXT, Notebook

# Threads of this process.
MOST_WRITERS = 4

UNCHAINED = bytes(32)


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


MODES: dict[str, Callable[[], None]] = {
    "append": append_one,
    "unchained": append_one,
    "command": command_one,
}


def main() -> None:
    django.setup()
    for one in MODES.values():
        one()
    print("ready", flush=True)
    # Threads keep their connections from one round to the next.
    with ThreadPoolExecutor(MOST_WRITERS) as pool:
        for line in sys.stdin:
            mode, begin_at, seconds, writers = line.split()
            work = partial(committed, MODES[mode], float(begin_at), float(seconds))
            hashing = patch.object(store, "event_hash", lambda *_: UNCHAINED)
            with hashing if mode == "unchained" else nullcontext():
                counts = [pool.submit(work) for _ in range(int(writers))]
                print(sum(count.result() for count in counts), flush=True)


def committed(one: Callable[[], None], begin_at: float, seconds: float) -> int:
    time.sleep(max(0.0, begin_at - time.monotonic()))
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        one()
        count += 1
    return count


if __name__ == "__main__":
    main()
