"""Golden samples: one stored event of every version there ever was, in tests/golden.

They are only ever added to. `python -m tests.architecture.golden` writes those that are missing; it
changes none. A sample holds a payload as it is stored and the shape of its class at that time.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import msgspec

from events import codec, registry
from events.aggregate import Event
from events.privacy.keys import DataKey, use
from modules.kernel.identity import derived_id

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "tests" / "golden"
WORDS = ("title", "description", "examples")
STREAM = UUID("01970000-0000-7000-8000-000000000001")
SUBJECT = UUID("01970000-0000-7000-8000-000000000002")
# Every purpose that personal fields were ever sealed for.
PURPOSES = ("order", "invoice")


def shape_of(event_class: type[Event]) -> str:
    """Returns a digest of an event's fields and their types, whatever its docstrings say."""
    schema = without_words(msgspec.json.schema(event_class))
    return hashlib.sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()


def without_words(schema: Any, *, names: bool = False) -> Any:
    """Drops titles and descriptions; `names` says that the keys are fields' names, not keywords."""
    if isinstance(schema, dict):
        return {
            key: without_words(value, names=key in ("properties", "$defs") and not names)
            for key, value in schema.items()
            if names or key not in WORDS
        }
    return [without_words(each) for each in schema] if isinstance(schema, list) else schema


class GoldenKeyring:
    """One key for each purpose, the same for ever, so that sealed samples open for ever."""

    def for_sealing(self, subject: UUID, purposes: Iterable[str]) -> dict[str, DataKey]:
        return {purpose: self.key(purpose) for purpose in purposes if subject == SUBJECT}

    def for_opening(self, ids: Iterable[UUID]) -> dict[UUID, DataKey]:
        keys = {key.id: key for key in map(self.key, PURPOSES)}
        return {id: keys[id] for id in ids}

    def key(self, purpose: str) -> DataKey:
        secret = hashlib.sha256(b"golden " + purpose.encode()).digest()
        return DataKey(
            id=derived_id("golden", purpose), subject=SUBJECT, purpose=purpose, secret=secret
        )


def sample_of(event_class: type[Event]) -> dict[str, Any]:
    """Returns a made-up payload as it would be stored; every field of it has a value."""
    schema = msgspec.json.schema(event_class)
    filled = made_up(schema, schema.get("$defs", {}), "")
    filled |= {"originator_id": str(STREAM), "originator_version": 1}
    if "subject" in filled:
        filled["subject"] = str(SUBJECT)
    with use(GoldenKeyring()):
        stored = codec.encode_event(msgspec.convert(filled, event_class, strict=False))
    payload: dict[str, Any] = msgspec.json.decode(stored)
    return payload


def read_sample(sample: dict[str, Any]) -> Event:
    """Returns the event of a sample, as today's code reads it."""
    with use(GoldenKeyring()):
        return codec.decode_event(sample["topic"], codec.encode(sample["payload"]), STREAM, 1)


def made_up(schema: dict[str, Any], known: dict[str, Any], name: str) -> Any:
    if "$ref" in schema:
        return made_up(known[schema["$ref"].rpartition("/")[2]], known, name)
    if "anyOf" in schema:
        best = next(each for each in schema["anyOf"] if each.get("type") != "null")
        return made_up(best, known, name)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {key: made_up(each, known, key) for key, each in schema["properties"].items()}
        case "object":
            return {name: made_up(schema.get("additionalProperties", {}), known, name)}
        case "array" if "prefixItems" in schema:
            return [made_up(each, known, name) for each in schema["prefixItems"]]
        case "array":
            return [made_up(schema["items"], known, name)]
        case "integer" | "number":
            return int.from_bytes(hashlib.sha256(name.encode()).digest()[:2])
        case "boolean":
            return True
        case "null":
            return None
    return text(schema.get("format", ""), name)


def text(kind: str, name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    if kind == "decimal":
        return "12.345"
    if kind == "uuid":
        return f"01970000-{digest[:4]}-7{digest[4:7]}-8{digest[7:10]}-{digest[10:22]}"
    if kind == "date-time" or name.endswith("_at"):
        return "2026-03-02T09:30:00.123456Z"
    if kind == "date":
        return "2026-03-02"
    return "EUR" if name.endswith("currency") else f"a {name.replace('_', ' ')}"


def product_events() -> Iterator[tuple[str, type[Event]]]:
    """Yields every topic of the product, not those of the tests' own samples."""
    for topic in registry.all_topics():
        event_class, _ = registry.resolve(topic)
        if event_class.__module__.startswith("modules."):
            yield topic, event_class


def path_of(topic: str) -> Path:
    return SAMPLES / f"{topic}.json"


def write_missing() -> list[str]:
    """Writes the samples of topics that have none; returns their names."""
    written = []
    for topic, event_class in product_events():
        path = path_of(topic)
        if not path.exists():
            content = {
                "topic": topic,
                "shape": shape_of(event_class),
                "payload": sample_of(event_class),
            }
            path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
            written.append(path.name)
    return written


def first_versions() -> dict[str, str] | None:
    """Returns each sample as it was first committed, by file name; None where there is no history.

    Deleted ones are among them.
    """
    commits = git("log", "--diff-filter=A", "--format=%H", "--name-only", "--", "tests/golden")
    if commits is None:
        return None
    found: dict[str, str] = {}
    commit = ""
    for line in commits.split("\n"):
        if line.endswith(".json"):
            # Newest first: the last one seen is the first that was.
            found[Path(line).name] = git("show", f"{commit}:{line}") or ""
        elif line:
            commit = line
    return found


def git(*arguments: str) -> str | None:
    if not (ROOT / ".git").exists():
        return None
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.stdout.write("".join(f"{name}\n" for name in write_missing()))
