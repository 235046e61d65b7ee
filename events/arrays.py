"""Lists of plain values as PostgreSQL's arrays, in a tenth of the steps that psycopg takes.

A list without a type of its own takes that of its place: write `%s::uuid[]`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import PyFormat
from psycopg.types import array


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# By the very type: a subclass may be written in a way of its own.
_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    str: _quoted,
    int: str,
    bool: lambda value: "t" if value else "f",
    UUID: lambda value: value.hex,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    datetime: lambda value: f'"{value.isoformat()}"',
}


class ListDumper(array.ListDumper):
    """Writes lists of plain values itself, and leaves all others to psycopg."""

    def get_key(self, obj: list[Any], format: PyFormat) -> Any:
        if self.sub_dumper is None and all(type(each) in _WRITTEN for each in obj):
            return self.cls
        return super().get_key(obj, format)

    def dump(self, obj: list[Any]) -> Any:
        if self.sub_dumper is not None:
            return super().dump(obj)
        written = ",".join([_WRITTEN[type(each)](each) for each in obj])
        if "\0" in written:
            # The server would take what stands before it for the whole.
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return f"{{{written}}}".encode()
