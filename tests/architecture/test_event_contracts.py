"""What was stored once can be read for ever, and says the same whoever folds it."""

import ast
import json
from pathlib import Path

import msgspec
import pytest

from events import codec, registry
from events.aggregate import Event
from events.privacy.sealing import ERASED, MARK
from tests.architecture.golden import (
    SAMPLES,
    first_versions,
    path_of,
    product_events,
    read_sample,
    shape_of,
)
from tests.architecture.source import place, python_files, tree

FILES = sorted(SAMPLES.glob("*.json"))
TOPICS = dict(product_events())
# What differs from one run, machine or installation to the next.
UNSTEADY_MODULES = {"time", "random", "secrets", "os", "locale", "socket", "django", "config"}
UNSTEADY_NAMES = {"now", "today", "utcnow", "uuid1", "uuid4", "uuid7", "new_id", "getenv", "hash"}


def test_registered_events_have_no_mistake() -> None:
    assert [each for each in registry.check() if not each.startswith("sample.")] == []


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_version_has_a_sample_and_the_class_is_still_of_its_shape(topic: str) -> None:
    path = path_of(topic)
    assert path.exists(), "write it: just golden"
    assert json.loads(path.read_text())["shape"] == shape_of(TOPICS[topic]), (
        f"{TOPICS[topic].__qualname__} is not what was stored as {topic}: leave the class as it is,"
        " or raise its version, add an upcaster and run `just golden`"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_can_be_read_and_is_stored_as_it_was(path: Path) -> None:
    sample = json.loads(path.read_text())
    event = read_sample(sample)
    assert ERASED not in str(event)
    if registry.topic_of(type(event)) == sample["topic"]:
        plain = msgspec.json.decode(codec.encode(codec.own_fields(event)))
        stored = sample["payload"]
        assert plain.keys() == stored.keys()
        assert all(plain[name] == stored[name] for name in stored if not sealed(stored[name]))


def sealed(value: object) -> bool:
    return MARK in json.dumps(value)


def test_no_sample_was_ever_changed_or_deleted() -> None:
    first = first_versions()
    if first is None:
        pytest.skip("this is no clone: the samples' history is not here")
    changed = [name for name, text in first.items() if not same(SAMPLES / name, text)]
    assert not changed, "what was stored stays stored: restore these files"


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def aggregate_files() -> list[Path]:
    """Returns the files of every `domain` folder that holds an aggregate."""
    folders = {
        path.parent
        for path in python_files("modules")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "id", "") == "Aggregate" for base in node.bases)
    }
    return [path for path in python_files("modules") if path.parent in folders]


def test_aggregates_know_no_clock_no_chance_and_no_setting() -> None:
    found = []
    for path in aggregate_files():
        for node in ast.walk(tree(path)):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [(node.module or "").split(".")[0], *(each.name for each in node.names)]
            elif isinstance(node, ast.Call):
                names = [getattr(node.func, "attr", getattr(node.func, "id", ""))]
            unsteady = (UNSTEADY_MODULES | UNSTEADY_NAMES) & set(names)
            found += [f"{place(path, getattr(node, 'lineno', 0))}: {name}" for name in unsteady]
    assert aggregate_files()
    assert not found, "give it to the command as an argument: what is folded must be the same ever"


def test_a_changed_field_changes_the_shape_and_a_changed_docstring_does_not() -> None:
    class Packed(Event, frozen=True):
        """An event."""

        units: int

    class Same(Event, frozen=True):
        """Another docstring."""

        units: int

    class Other(Event, frozen=True):
        units: str

    Same.__name__ = Packed.__name__
    assert shape_of(Packed) == shape_of(Same)
    assert shape_of(Packed) != shape_of(Other)
