"""A new signed log over a restored record: the old one would have to contradict itself."""

from django.db import transaction

from events.database import execute
from events.errors import NotRebuildable
from events.integrity.checkpoints import latest
from events.integrity.keys import signing_keys

SIGNED = ("es.cosignature", "es.checkpoint", "es.node")


def begin_anew() -> int:
    """Forgets what was signed, so that the next checkpoint is the first of another log.

    The events stay as they are. Returns how many events the last checkpoint of the old log covers;
    keep it and the old key elsewhere. Needs the right of the tables' owner.

    Raises:
        NotRebuildable: the new log would have the old one's name.
        KeyRefused: there is no key to sign with.
    """
    last = latest()
    if last is None:
        return 0
    name = signing_keys()[0].name
    if name == last.origin:
        raise NotRebuildable(
            f"the new log would be named {name} like the old one: choose another CHECKPOINT_ORIGIN"
            " and a key of its own first",
            name=name,
        )
    with transaction.atomic():
        for table in SIGNED:
            execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        execute(f"TRUNCATE {', '.join(SIGNED)}")
        for table in SIGNED:
            execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
        execute("UPDATE es.tree SET size = 0, frontier = '{}'")
    return last.size
