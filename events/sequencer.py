"""The order of all committed events: gapless positions, given after the fact.

See docs/decisions/0005-sequencer.md for why writers take no part in it.
"""

from events.database import fetch


def sequence() -> int:
    """Numbers every committed event that has no position yet; returns how many there were.

    Idle, it takes no lock and writes nothing. Several may run at once.

    Raises:
        django.db.DatabaseError: the store was restored into another cluster (`adopt_restore`).
    """
    numbered: int = fetch("SELECT es.sequence_events()")[0][0]
    return numbered


def adopt_restore() -> int:
    """Takes over a store that was restored from a dump; returns how many events it numbered.

    Transaction ids start again in a new cluster, so the sequencer refuses to compare old ones
    with new ones until this was run once. Nothing may be writing meanwhile.
    """
    numbered: int = fetch("SELECT es.adopt_restore()")[0][0]
    return numbered
