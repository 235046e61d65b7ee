"""The feed: numbers the messages of each order, in the order of the log."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from events import codec, registry
from events.database import execute, fetch
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


# As arrays: a model's instance for each row would cost more than the rest of a rebuild. What is
# known is looked up by row, so that the plan stays good while the table grows.
_INSERT = (
    "INSERT INTO webhooks_message (position, order_id, sequence, type)"
    " SELECT position, order_id, coalesce((SELECT max(m.sequence) FROM webhooks_message m"
    " WHERE m.order_id = new.order_id), 0)"
    " + row_number() OVER (PARTITION BY order_id ORDER BY position), type"
    " FROM unnest(%s::bigint[], %s::uuid[], %s::text[]) AS new (position, order_id, type)"
    " WHERE (SELECT m.position FROM webhooks_message m WHERE m.position = new.position) IS NULL"
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
        rows = [(row.position, order_of(row), type_of(row.topic)) for row in recorded_events]
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
