"""Rebuilding read models while the shop is open, and taking it back.

A new generation fills beside the live tables and is exchanged with them in milliseconds; the tables
that were live are kept, so that `switch_back` can exchange them again.
"""

from collections.abc import Sequence

from events.errors import NotRebuildable
from events.exchanging import Exchanged, exchange
from events.exclusive import only_one
from events.generations import (
    Progress,
    begin,
    choose,
    fill,
    generation_of,
    has_todays_columns,
)


def rebuild(names: Sequence[str] = (), progress: Progress | None = None) -> Exchanged:
    """Folds read models anew beside the live ones and exchanges them; all of them without names.

    One that was broken off goes on where it stopped. The live tables stay untouched until the
    exchange, and are kept for `switch_back` after it.

    Raises:
        NotRebuildable: a name is unknown, or its projection does not say what tables it writes.
        RebuildStopped: an event could not be folded; the live tables are as they were.
    """
    chosen = choose(names)
    with only_one():
        generation = begin(chosen, "filling")
        folded = fill(chosen, "filling", progress)
        exchanged = exchange(chosen, "filling")
    return Exchanged(
        generation=generation,
        position=exchanged.position,
        events=folded + exchanged.events,
        milliseconds=exchanged.milliseconds,
    )


def switch_back(names: Sequence[str] = ()) -> Exchanged:
    """Exchanges the live tables with those kept at the last exchange, after bringing these up.

    Raises:
        NotRebuildable: nothing was kept.
        RebuildStopped: an event could not be folded; the live tables are as they were.
    """
    chosen = choose(names)
    with only_one():
        for projection in chosen:
            kept = generation_of(projection.name, "kept")
            if kept is None or not has_todays_columns(projection, kept):
                raise NotRebuildable(
                    f"no earlier tables of {projection.name} with today's columns are kept:"
                    " rebuild it instead",
                    name=projection.name,
                )
        folded = fill(chosen, "kept")
        exchanged = exchange(chosen, "kept")
    return Exchanged(
        generation=exchanged.generation,
        position=exchanged.position,
        events=folded + exchanged.events,
        milliseconds=exchanged.milliseconds,
    )
