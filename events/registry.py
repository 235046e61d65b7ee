"""Topics: the registered names under which events are stored, never import paths.

A stored row can therefore never make a process import a module of the row's choosing.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from events.errors import UnknownTopic

if TYPE_CHECKING:
    from events.aggregate import Aggregate, Event

type Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class RegistryError(TypeError):
    """A declaration that cannot work: told when the code is loaded, not when it is used."""


_classes: dict[str, type["Event"]] = {}
_topics: dict[type["Event"], str] = {}
_versions: dict[type["Event"], int] = {}
_names: dict[str, type["Event"]] = {}
_aggregates: dict[type["Event"], type["Aggregate"]] = {}
_upcasters: dict[tuple[str, int], Upcaster] = {}


def event[E: "Event"](name: str, *, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Registers an event class under `<name>.v<version>`, the topic its rows carry.

    Raises:
        RegistryError: the topic is taken by another class.
    """
    topic = f"{name}.v{version}"

    def register(event_class: type[E]) -> type[E]:
        taken = _names.get(name)
        if taken is not None:
            raise RegistryError(
                f"{event_class.__qualname__} and {taken.__qualname__} are both named {name}"
            )
        _classes[topic] = _names[name] = event_class
        _topics[event_class] = topic
        _versions[event_class] = version
        return event_class

    return register


def upcast(name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Registers the step that turns a stored `from_version` payload into the next version's.

    Raises:
        RegistryError: this step is registered already.
    """

    def register(step: Upcaster) -> Upcaster:
        if (name, from_version) in _upcasters:
            raise RegistryError(f"{name} has two steps from version {from_version}")
        _upcasters[name, from_version] = step
        return step

    return register


def unchanged(fields: dict[str, Any]) -> dict[str, Any]:
    """The step to a version that adds fields with defaults, or seals what was stored in clear."""
    return fields


def own(event_class: type["Event"], aggregate_class: type["Aggregate"]) -> None:
    """Remembers in which aggregate an event is nested."""
    _aggregates[event_class] = aggregate_class


def topic_of(event_class: type["Event"]) -> str:
    """Raises: RegistryError: the class carries no `@event` decorator."""
    try:
        return _topics[event_class]
    except KeyError:
        raise RegistryError(
            f"{event_class.__qualname__} has no topic: decorate it with @event(...)"
        ) from None


def version_of(event_class: type["Event"]) -> int:
    topic_of(event_class)
    return _versions[event_class]


def aggregate_of(event_class: type["Event"]) -> type["Aggregate"]:
    """Raises: RegistryError: the class is not nested in an aggregate."""
    try:
        return _aggregates[event_class]
    except KeyError:
        raise RegistryError(f"{event_class.__qualname__} is not nested in an aggregate") from None


def resolve(topic: str) -> tuple[type["Event"], tuple[Upcaster, ...]]:
    """Returns the class that reads rows of `topic`, and the steps that bring them up to date.

    Raises:
        UnknownTopic: nothing is registered for it, or a step is missing on the way.
    """
    current = _classes.get(topic)
    if current is not None:
        return current, ()
    name, _, number = topic.rpartition(".v")
    newest = _names.get(name)
    if newest is None or not number.isdecimal():
        raise UnknownTopic(
            f"no event class is registered for {topic!r}; is its module in INSTALLED_APPS?",
            topic=topic,
        )
    steps = [_upcasters.get((name, step)) for step in range(int(number), _versions[newest])]
    if not steps or None in steps:
        raise UnknownTopic(f"no upcaster leads from {topic} to {_topics[newest]}", topic=topic)
    return newest, tuple(step for step in steps if step is not None)


def all_topics() -> Iterator[str]:
    """Yields every topic in the order of registration."""
    yield from _classes


def names_of(event_classes: Iterator[type["Event"]] | tuple[type["Event"], ...]) -> list[str]:
    """Returns every topic, older versions included, under which rows of these classes exist."""
    topics = []
    for event_class in event_classes:
        name = topic_of(event_class).rpartition(".v")[0]
        topics += [f"{name}.v{number}" for number in range(1, version_of(event_class) + 1)]
    return topics


def check() -> list[str]:
    """Returns every mistake among the registered events, as sentences; empty when there is none."""
    problems = []
    for event_class, topic in _topics.items():
        if event_class not in _aggregates:
            problems.append(f"{topic}: {event_class.__qualname__} is not nested in an aggregate")
        name = topic.rpartition(".v")[0]
        problems += [
            f"{topic}: no upcaster from version {step}"
            for step in range(1, _versions[event_class])
            if (name, step) not in _upcasters
        ]
    for event_class, aggregate in _aggregates.items():
        if event_class not in _topics:
            problems.append(f"{event_class.__qualname__} has no @event decorator")
        if not isinstance(getattr(aggregate, "kind", None), str):
            problems.append(f"{aggregate.__qualname__} has no kind")
    kinds: dict[str, type[Aggregate]] = {}
    for aggregate in _aggregates.values():
        first = kinds.setdefault(getattr(aggregate, "kind", ""), aggregate)
        if first is not aggregate:
            problems.append(f"{aggregate.__qualname__} and {first.__qualname__} share a kind")
    return sorted(set(problems))
