"""The feed: numbers the messages of each order, in the order of the log."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from events import codec, registry
from events.database import execute, fetch, fetch_any
from events.outbox import emit
from events.projections import RowsProjection, register
from events.store import RecordedEvent
from modules.kernel.identity import new_id
from modules.orders import selectors as orders  # declares the events of its streams
from modules.payments import selectors as payments  # declares the events of its streams
from modules.webhooks.contracts import DISPATCH
from modules.webhooks.domain.making import topic_of, type_of
from modules.webhooks.domain.messages import DATA
from modules.webhooks.models import MessageRow

__all__ = ["FEED", "Feed", "orders", "payments"]


# As arrays: a model's instance for each row would cost more than the rest of a rebuild.
_INSERT = (
    "INSERT INTO webhooks_message (position, order_id, sequence, type)"
    " SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::int[], %s::text[])"
)

_KNOWN = "SELECT position FROM webhooks_message WHERE position BETWEEN %s AND %s"
_LAST = (
    "SELECT order_id, max(sequence) FROM webhooks_message WHERE order_id IN {keys}"
    " GROUP BY order_id"
)


class _About(msgspec.Struct, frozen=True):
    """All that the feed reads of a payment's event: for which order it is."""

    reference: UUID


class Feed(RowsProjection):
    """One row a message; an event that is numbered already is left alone."""

    name = "webhooks.feed"
    mode = "async"
    events = tuple(registry.resolve(f"{topic_of(each)}.v1")[0] for each in DATA)
    models = (MessageRow,)

    def apply(self, recorded_events: Sequence[RecordedEvent]) -> None:
        first, last = recorded_events[0].position, recorded_events[-1].position
        known = {position for (position,) in fetch(_KNOWN, (first, last))}
        new = [(row, order_of(row)) for row in recorded_events if row.position not in known]
        counts: dict[UUID, int] = dict(fetch_any(_LAST, list({order_id for _, order_id in new})))
        rows = []
        for recorded, order_id in new:
            counts[order_id] = counts.get(order_id, 0) + 1
            rows.append((recorded.position, order_id, counts[order_id], type_of(recorded.topic)))
        if rows:
            execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])

    def project(self, recorded: Sequence[RecordedEvent]) -> None:
        """Has them sent as well, if anybody wants any; a rebuild only fills."""
        self.apply(recorded)
        if fetch('SELECT EXISTS (SELECT FROM webhooks_endpoint WHERE "on")')[0][0]:
            emit(DISPATCH, key=str(new_id()))

    def clear(self) -> None:
        MessageRow.objects.all().delete()


def order_of(recorded: RecordedEvent) -> UUID:
    """Returns the order that an event is about."""
    if recorded.topic.startswith("orders."):
        return recorded.stream_id
    return codec.decode(recorded.payload, _About).reference


FEED = Feed()
register(FEED)
