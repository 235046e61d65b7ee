"""Published facts: what a module tells the others, in the transaction in which it happened.

A module's `publishing.py` translates its stored events into facts of its `contracts.py`; modules
above subscribe in their `policies.py`. Calls go down, facts come up.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from events import registry
from events.aggregate import Event
from events.store import RecordedEvent

type Handler[F] = Callable[[F], object]
type Translator[E: Event] = Callable[[E, RecordedEvent], Iterable[object]]

_handlers: dict[type, list[Handler[Any]]] = {}
_batch_handlers: dict[type, list[Handler[Any]]] = {}
_translators: dict[type[Event], Translator[Any]] = {}
_facts: dict[type[Event], type] = {}


def subscribe[F](fact_type: type[F], handler: Handler[F]) -> None:
    """Calls `handler` with every published `fact_type`, inside the publisher's transaction.

    Handlers run in the order of subscription; one that raises undoes the whole command.

    Raises:
        ValueError: it is subscribed already.
    """
    handlers = _handlers.setdefault(fact_type, [])
    if handler in handlers:
        raise ValueError(f"{handler!r} is subscribed to {fact_type.__name__} already")
    handlers.append(handler)


def subscribe_to_many[F](fact_type: type[F], handler: Handler[Sequence[F]]) -> None:
    """Calls `handler` with all `fact_type` that are published together, as `subscribe` does.

    For reactions that cost one statement for many facts as for one.

    Raises:
        ValueError: it is subscribed already.
    """
    handlers = _batch_handlers.setdefault(fact_type, [])
    if handler in handlers:
        raise ValueError(f"{handler!r} is subscribed to {fact_type.__name__} already")
    handlers.append(handler)


def translate[E: Event](event_class: type[E], fact: type, to_facts: Translator[E]) -> None:
    """Publishes `to_facts(event, recorded)`, all `fact`s, whenever such an event is saved.

    Raises:
        ValueError: the class has a translation already.
        RegistryError: the class has no topic.
    """
    registry.topic_of(event_class)
    if event_class in _translators:
        raise ValueError(f"{event_class.__qualname__} is translated already")
    _translators[event_class] = to_facts
    _facts[event_class] = fact


def translated(recorded: RecordedEvent) -> list[object]:
    """Returns the facts that a stored event is published as."""
    translator = _translators.get(type(recorded.event))
    return [] if translator is None else list(translator(recorded.event, recorded))


def publish(fact: object) -> None:
    """Hands a fact to its subscribers, now. Raises whatever a handler raises."""
    publish_all((fact,))


def publish_all(published: Sequence[object]) -> None:
    """Hands facts of one kind to their subscribers, now; `subscribe_to_many` gets them at once."""
    if not published:
        return
    for fact in published:
        for handler in _handlers.get(type(fact), ()):
            handler(fact)
    for together in _batch_handlers.get(type(published[0]), ()):
        together(published)


def subscribers(fact: type) -> tuple[Handler[Any], ...]:
    """Returns who listens to a fact, in the order in which they are called."""
    return (*_handlers.get(fact, ()), *_batch_handlers.get(fact, ()))


def published_as(event_class: type[Event]) -> type | None:
    """Returns the fact that an event is published as, if it is."""
    return _facts.get(event_class)


def all_facts() -> list[type]:
    """Returns every fact that is published from an event or listened to, by name."""
    known = {*_facts.values(), *_handlers, *_batch_handlers}
    return sorted(known, key=lambda fact: (fact.__module__, fact.__name__))
