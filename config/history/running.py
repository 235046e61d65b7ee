"""Imports a year of trade, batch by batch; each batch is in the books whole or not at all.

Killed at any moment, it is simply started again: what is recorded is found and passed over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from math import inf
from pathlib import Path
from threading import Event
from typing import Protocol

from config.history.ahead import ahead
from config.history.beside import Flag, beside
from config.history.planning import Planner
from config.history.reckoning import Reckoning
from config.history.storing import Booking, booking, record
from config.history.surveying import Survey, invoices, survey
from events.context import acting
from events.long_runs import no_waiting_for_the_disk, rare_collections
from events.sequencer import sequence

# Lines a transaction: enough for few round trips, and little to hold in memory or to do again.
BATCH_LINES = 1_500
# Files of some 50,000 lines.
LONG_FILE_BYTES = {".parquet": 400_000, ".csv": 4_000_000}
# Enough digits for the sum of any prices that `config.importing.reading` lets through.
EXACT = Context(prec=100)

type Told = Callable[[int], object]
type Reading = int | Survey | list[Booking]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: `events` it added, and what of the invoices it found in the books."""

    lines: int
    invoices: int
    known: int
    events: int
    file_amount: Decimal


def import_history(
    path: Path, reckoning: Reckoning, *, surveyed: Told, total: Told, recorded: Told
) -> Imported:
    """Brings every invoice of a file into the books; twice is once.

    `surveyed` hears of lines read at first, `total` how many there are, `recorded` how many are
    done.

    Raises:
        FileRefused: the file cannot be read as invoice lines.
    """
    with localcontext(EXACT), acting(actor="import"), rare_collections(), no_waiting_for_the_disk():
        done, known, events = 0, 0, 0
        found = Survey()
        with read_ahead(path) as (readings, new):
            for read in readings:
                match read:
                    case int():
                        surveyed(read)
                        continue
                    case Survey():
                        found = read
                        total(found.lines)
                        continue
                outcome = record(read)
                # What is recorded already, mostly next to each other, needs no deciding ahead.
                (new.set if outcome.events else new.clear)()
                # Numbered as they come: nobody has to number a year at once.
                sequence()
                known += len(outcome.known)
                events += outcome.events
                for each in read:
                    reckoning.add(each.plan)
                    done += len(each.plan.lines)
                recorded(done)
        return Imported(
            lines=found.lines,
            invoices=reckoning.invoices,
            known=known,
            events=events,
            file_amount=found.amount,
        )


class Mark(Protocol):
    """Tells the reader whether what comes is new to the books, so far as anybody knows."""

    def set(self) -> None: ...
    def clear(self) -> None: ...
    def is_set(self) -> bool: ...


@contextmanager
def read_ahead(path: Path) -> Iterator[tuple[Iterator[Reading], Mark]]:
    """Yields the readings, made ahead, and the mark that their maker heeds."""
    if is_long(path):
        flag = Flag()
        flag.set()
        with beside("config.history.running.readings_beside", path, flag) as made:
            yield made, flag
    else:
        event = Event()
        event.set()
        with ahead(readings(path, event)) as made:
            yield made, event


def is_long(path: Path) -> bool:
    """Tells whether a second process is worth its start: two seconds, that many lines make up."""
    return path.is_file() and path.stat().st_size >= LONG_FILE_BYTES.get(path.suffix, inf)


def readings_beside(path: Path, new: Mark) -> Iterator[Reading]:
    """Yields `readings` in a process that was not told yet how an import counts and acts."""
    with localcontext(EXACT), acting(actor="import"), rare_collections():
        yield from readings(path, new)


def readings(path: Path, new: Mark) -> Iterator[Reading]:
    """Yields numbers of lines read, then the survey, then the invoices in batches."""
    found = yield from survey(path)
    yield found
    yield from batches(path, found, new)


def batches(path: Path, found: Survey, new: Mark) -> Iterator[list[Booking]]:
    """Yields the invoices in batches; those are decided ahead while `new` is set."""
    planner = Planner(found.returned)
    batch: list[Booking] = []
    lines = 0
    for number, invoice in invoices(path, found):
        batch.append(booking(planner.plan(number, invoice), decide=new.is_set()))
        lines += len(invoice)
        if lines >= BATCH_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch
