"""`manage.py projections as-of`: a whole read model as of the past, as lines of JSON."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from events import scratch
from events.moments import AsOf, as_of, read_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    as_known_at: datetime | None
    as_effective_at: datetime | None


def add_as_of(actions: Any) -> None:
    """Adds the action that `dump` performs."""
    parser: ArgumentParser = actions.add_parser(
        "as-of", help="write a whole read model as it was, as lines of JSON"
    )
    parser.add_argument("name", help="such as orders.orders; `list` shows all")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--position", type=int, help="after so many events of the log")
    end.add_argument("--known-at", default="", metavar="TIME", help="what the shop knew then")
    parser.add_argument(
        "--effective-at", default="", metavar="TIME", help="what had become true by then"
    )
    parser.add_argument("--out", type=Path, help="a file; without it, the standard output")


def dump(console: Console, output: BinaryIO, options: dict[str, Any]) -> None:
    """Folds and writes. Raises: NotRebuildable, PastRefused, MomentAhead, MomentUnreadable."""
    typed = Typed(
        as_known_at=read_moment(options["known_at"]),
        as_effective_at=read_moment(options["effective_at"]),
    )
    asked: dict[str, Any] = {"position": options["position"], "as_of": as_of(typed) or AsOf()}
    path: Path | None = options["out"]
    if path is None:
        with scratch.folded(options["name"], **asked) as found:
            scratch.write(found, output)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with whole_file(path) as file, Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Folding", total=None)

        def progress(position: int, upto: int) -> None:
            bar.update(task, completed=position, total=max(upto, 1))

        with scratch.folded(options["name"], **asked, progress=progress) as found:
            rows = scratch.write(found, file)
    console.print(
        f"{path}: {rows:,} rows of {found.projection} up to position {found.upto:,};"
        " personal fields are sealed."
    )


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a file that has its name only once all is written.

    Raises:
        CommandError: it cannot be written there.
    """
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
