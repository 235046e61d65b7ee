"""Writes docs/events.md: every event, what it holds, who projects it and who listens."""

import inspect
import os
import re
import sys
from pathlib import Path
from typing import Any, get_type_hints

import django

from events import codec, facts, projections, registry
from events.aggregate import Event

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "events.md"
HEAD = """# Events

Written by `just catalogue`; a test compares. An event is stored under its topic, a name and a
version, and never changed. A **read model** folds it; a **fact** is what other modules are told of
it, within the same transaction. Besides, every event has the envelope of
[the event store](guides/event-store.md).
"""


def page() -> str:
    """Returns the whole page as it must be today."""
    parts = [HEAD]
    kinds: dict[str, list[tuple[str, type[Event]]]] = {}
    for topic in registry.all_topics():
        event_class, _ = registry.resolve(topic)
        if event_class.__module__.startswith("modules."):
            kind = registry.aggregate_of(event_class).kind
            kinds.setdefault(kind, []).append((topic, event_class))
    for kind, members in sorted(kinds.items()):
        parts.append(f"\n## `{kind}`\n")
        aggregate = registry.aggregate_of(members[0][1])
        parts.append(f"\n{words(aggregate)}\n")
        parts += [entry(topic, event_class) for topic, event_class in members]
    parts.append("\n## Facts\n\n| fact | who listens |\n|---|---|\n")
    parts += [
        f"| `{module_of(fact)}.{fact.__name__}` | {listeners(fact)} |\n"
        for fact in facts.all_facts()
        if fact.__module__.startswith("modules.")
    ]
    return "".join(parts)


def entry(topic: str, event_class: type[Event]) -> str:
    fields = get_type_hints(event_class)
    rows = [
        f"`{name}` {shown(fields[name])}"
        for name in event_class.__struct_fields__
        if name not in codec.ENVELOPE
    ]
    models = [
        f"`{name}` ({each.mode})"
        for name, each in sorted(projections.registered().items())
        if event_class in each.events and not name.startswith("sample.")
    ]
    fact = facts.published_as(event_class)
    lines = [
        f"\n### `{topic}`\n",
        f"\n{words(event_class)}\n" if own_words(event_class) else "",
        f"\n- holds: {'; '.join(rows) or 'nothing'}\n",
        f"- read models: {', '.join(models) or 'none'}\n",
        f"- told as: `{module_of(fact)}.{fact.__name__}`, to {listeners(fact)}\n" if fact else "",
    ]
    return "".join(lines)


def own_words(declared: type) -> bool:
    return bool(declared.__dict__.get("__doc__"))


def words(declared: type) -> str:
    """Returns a docstring as one paragraph."""
    return re.sub(r"\s+", " ", inspect.cleandoc(declared.__doc__ or ""))


def shown(hint: Any) -> str:
    """Returns a type as it is written in the source, without the modules' names."""
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    return re.sub(r"[\w.]+\.(\w+)", r"\1", text).replace("|", "or")


def listeners(fact: type) -> str:
    names = [
        f"`{module_of(each)}.{getattr(each, '__name__', repr(each))}`"
        for each in facts.subscribers(fact)
        if each.__module__.startswith(("modules.", "frontend.", "config."))
    ]
    return ", ".join(names) or "nobody"


def module_of(declared: Any) -> str:
    return str(declared.__module__).removeprefix("modules.").split(".")[0]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
