"""`given(events).when(command).then(events)`: aggregates tested without a database.

    given(Order, past(Order.Placed, number="7K3M-9QXA"))
        .when(lambda order: order.cancel("changed my mind"))
        .then(past(Order.Cancelled, reason="changed my mind"))

Every event is also written and read back, so that what is tested is what a load would give.
"""

from collections.abc import Callable
from typing import Any, Self
from uuid import UUID

from events import codec, registry
from events.aggregate import Aggregate, Event
from events.privacy.keys import use
from tests.support.keyring import MemoryKeyring

AN_ID = UUID("00000000-0000-7000-8000-000000000001")


class past[E: Event]:  # noqa: N801  # reads as a word of the sentence
    """An event without its envelope; `given` adds stream and version."""

    def __init__(self, event_class: type[E], **fields: Any) -> None:
        self.event_class = event_class
        self.fields = fields

    def at(self, stream_id: UUID, version: int) -> Event:
        return self.event_class(originator_id=stream_id, originator_version=version, **self.fields)


type Expected = Event | past[Any]


class given[A: Aggregate]:  # noqa: N801  # reads as a word of the sentence
    """The history of an aggregate; none at all for a command that creates one."""

    def __init__(self, cls: type[A], *events: Expected, id: UUID = AN_ID) -> None:
        self.cls = cls
        history = [_event(each, id, number) for number, each in enumerate(events, 1)]
        self.aggregate = cls.fold(id, [_stored(each) for each in history])
        self.new: list[Event] = []
        self.answer: object = None
        self.error: Exception | None = None

    def when(self, command: Callable[[A], object]) -> Self:
        """Runs the command; one that creates ignores its argument and returns the aggregate."""
        try:
            self.answer = command(self.aggregate)
        except Exception as error:
            self.error = error
        acted = self.answer if isinstance(self.answer, Aggregate) else self.aggregate
        self.new = [_stored(each) for each in acted.collect_events()]
        return self

    def then(self, *expected: Expected) -> Self:
        """Requires exactly these new events; none means that the command stayed quiet."""
        if self.error is not None:
            raise self.error
        assert [_facts(each) for each in self.new] == [_facts(each) for each in expected]
        return self

    def then_raises(self, kind: type[Exception], match: str = "") -> Exception:
        """Requires a refusal that left no event behind; returns it."""
        assert isinstance(self.error, kind), f"expected {kind.__name__}, got {self.error!r}"
        assert match in str(self.error), f"{match!r} is not in {self.error}"
        assert self.new == []
        return self.error

    def then_returns(self, answer: object) -> Self:
        """Requires the command's answer."""
        if self.error is not None:
            raise self.error
        assert self.answer == answer
        return self


def _event(each: Expected, stream_id: UUID, version: int) -> Event:
    return each.at(stream_id, version) if isinstance(each, past) else each


def _stored(event: Event) -> Event:
    topic = registry.topic_of(type(event))
    with use(MemoryKeyring()):
        read = codec.decode_event(
            topic, codec.encode_event(event), event.originator_id, event.originator_version
        )
    assert _facts(read) == _facts(event), f"{topic} reads back as {read}, not as {event}"
    return read


def _facts(each: Expected) -> tuple[type[Event], dict[str, Any]]:
    event = _event(each, AN_ID, 1)
    said = codec.own_fields(event)
    # Whose data it holds is filled in when it is stored; tests of sealing look at that.
    said.pop("subject", None)
    return type(event), said
