"""Aggregates and their events: the library's programming model without clocks and import paths."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self, cast
from uuid import UUID

import eventsourcing.domain
import msgspec

from events import registry


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in past participle, nested in its aggregate and registered by `@event`.

    Its time, actor and cause are the envelope's (see `events.store.RecordedEvent`), so that rules
    never read a clock. mypy wants `frozen=True` repeated on the subclass.
    """

    originator_id: UUID
    originator_version: int

    def apply(self, aggregate: Any) -> None:
        """Assigns to `aggregate`; never decides, because it runs again at every load."""

    def whose(self) -> UUID:
        """Returns whose personal data the event holds; the stream's own id where nobody is named.

        An event class says so in a field `subject`, which is filled in when the event is stored.
        """
        subject: UUID | None = getattr(self, "subject", None)
        return subject or self.originator_id

    def mutate(self, aggregate: Any) -> Any:
        """The library's protocol: evolves `aggregate`, or creates it from None."""
        if aggregate is None:
            aggregate = registry.aggregate_of(type(self)).blank(self.originator_id)
        self.apply(aggregate)
        aggregate._version = self.originator_version
        return aggregate


class Aggregate(eventsourcing.domain.Aggregate):
    """The library's aggregate with explicit events; `kind` names its streams (`orders.order`).

    Public methods decide and call `trigger_event`; class methods create by `_create`. State is
    plain attributes, assigned only by `Event.apply`.
    """

    kind: ClassVar[str]

    _head: bytes | None
    _historical: bool

    def __init_subclass__(cls, **_: Any) -> None:
        # The library would rewrite the nested classes as timestamped dataclasses here; ours are
        # complete as they stand, so its part is left out.
        super(eventsourcing.domain.BaseAggregate, cls).__init_subclass__()
        # Many events may stand in a plain base class, in a file beside that of the decisions.
        plain = (
            base
            for base in cls.__bases__
            if not issubclass(base, eventsourcing.domain.BaseAggregate)
        )
        for home in (cls, *plain):
            for value in list(vars(home).values()):
                if isinstance(value, type) and issubclass(value, Event):
                    registry.own(value, cls)

    @classmethod
    def blank(cls, id: UUID) -> Self:
        """Returns an aggregate before its first event."""
        aggregate = cls.__new__(cls)
        aggregate._id = id
        aggregate._version = 0
        aggregate._pending_events = []
        aggregate._head = None
        aggregate._historical = False
        return aggregate

    @classmethod
    def fold(cls, id: UUID, events: Iterable[Event]) -> Self:
        """Returns the aggregate that `events`, in version order, make.

        The library's own fold spends most of its time asserting a protocol on each event.
        """
        aggregate = cls.blank(id)
        version = 0
        for each in events:
            each.apply(aggregate)
            version = each.originator_version
        aggregate._version = version
        return aggregate

    @classmethod
    def _create(  # type: ignore[override]  # our events are structs, not the library's dataclasses
        cls, event_class: type[Event], *, id: UUID, **fields: Any
    ) -> Self:
        aggregate = cls.blank(id)
        aggregate.trigger_event(event_class, **fields)
        return aggregate

    def trigger_event(  # type: ignore[override]  # as above
        self, event_class: type[Event], **fields: Any
    ) -> None:
        """Applies a new event and keeps it for `events.repository.save`.

        Raises:
            TypeError: a field is missing or unknown, or the event has no topic.
        """
        registry.topic_of(event_class)
        new = event_class(originator_id=self._id, originator_version=self._version + 1, **fields)
        new.apply(self)
        self._version = new.originator_version
        cast("list[Event]", self._pending_events).append(new)

    def collect_events(self) -> Sequence[Any]:
        """Hands over the events triggered since the last save, and forgets them."""
        collected, self._pending_events = self._pending_events, []
        return collected
