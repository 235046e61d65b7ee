"""Writes docs/guides/webhook-messages.md, every type of message with its fields, from the code."""

import sys
from typing import Any

import msgspec

from modules.webhooks.domain.messages import DATA, PING, VERSION, Data, Ping
from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "guides" / "webhook-messages.md"
HEAD = """# Messages of webhooks

Every type of message with the fields of its `data`, written from
`modules/webhooks/domain/messages.py` (`just messages`). What surrounds it, and how to receive it:
[webhooks](webhooks.md).
"""
SCALARS = {"integer": "whole number", "boolean": "true or false"}
FORMATS = {"uuid": "id", "date-time": "moment"}


def page() -> str:
    types: dict[str, type[Data]] = {**DATA, PING: Ping}
    return HEAD + "".join(section(name, data) for name, data in types.items())


def section(name: str, data: type[Data]) -> str:
    (schema,), components = msgspec.json.schema_components((data,))
    found = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    words = " ".join((data.__doc__ or "").split())
    rows = "".join(
        f"| `{field}` | {words_of(each, components)} |\n"
        for field, each in found["properties"].items()
    )
    head = f"\n## `{name}`\n\nVersion {VERSION}. {words}\n"
    return head + (f"\n| field | is |\n|---|---|\n{rows}" if rows else "")


def words_of(schema: dict[str, Any], components: dict[str, Any]) -> str:
    """Returns the kind of a field in a few words."""
    if "anyOf" in schema:
        kinds = [words_of(each, components) for each in schema["anyOf"]]
        return " or ".join(kind for kind in kinds if kind != "null") + ", or null"
    if "$ref" in schema:
        part = components[schema["$ref"].rpartition("/")[2]]
        return ", ".join(f"`{name}`" for name in part["properties"])
    if schema.get("type") == "array":
        return f"list of: {words_of(schema['items'], components)}"
    kind = str(schema.get("type", ""))
    return FORMATS.get(schema.get("format", ""), SCALARS.get(kind, kind.replace("string", "text")))


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
