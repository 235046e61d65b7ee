"""Stored samples of events: what was once written must load for ever.

A sample is a file `<topic>.json` with the payload as it was stored. Samples are added, never
changed: an event whose shape has to change gets a new version, an upcaster, and a sample more.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from events import codec, registry
from events.aggregate import Event

STREAM = UUID("00000000-0000-7000-8000-000000000001")


def samples(folder: Path) -> dict[str, bytes]:
    """Returns the stored payloads of a folder by topic."""
    return {path.stem: path.read_bytes().strip() for path in sorted(folder.glob("*.json"))}


def loaded(topic: str, payload: bytes) -> Event:
    return codec.decode_event(topic, payload, STREAM, 1)


def missing(folder: Path, prefix: str) -> list[str]:
    """Returns the topics under a prefix that have no sample in any of their versions."""
    known = samples(folder)
    return [
        topic for topic in registry.all_topics() if topic.startswith(prefix) and topic not in known
    ]


def keeps(stored: bytes, written_again: bytes) -> bool:
    """Tells whether all that was stored is still there; fields added since have their defaults."""
    return _within(json.loads(stored), json.loads(written_again))


def _within(old: Any, new: Any) -> bool:
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            name in new and _within(value, new[name]) for name, value in old.items()
        )
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(_within, old, new))
    return bool(old == new)
