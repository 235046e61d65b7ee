"""Reads JSON strictly: one object, every key once, no NaN, nothing PostgreSQL cannot store."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from config.problems import Problem


class StrictParser(Parser):
    """Refuses what lenient JSON readers let pass and later layers read differently."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return strict_object(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            for value in values:
                if isinstance(value, str) and not storable(value):
                    wrong = {"parameter": name, "in": "query", "detail": UNSTORABLE}
                    raise Problem(422, "a parameter cannot be stored as text", errors=[wrong])
        return super().parse_querydict(data, list_fields, request)


UNSTORABLE = "texts hold no NUL character and no half of a surrogate pair"


def strict_object(body: bytes) -> dict[str, Any]:
    """Returns the one JSON object in `body`.

    Raises:
        Problem: 422, when it is anything else.
    """
    try:
        value = json.loads(body, object_pairs_hook=unique, parse_constant=no_constant)
        found = [] if is_plain(body) else texts(value)
    except RecursionError:
        raise Problem(422, "the body is nested too deeply") from None
    except ValueError as error:
        raise Problem(422, f"the body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Problem(422, "the body is JSON, but not an object")
    wrong = [
        {"pointer": f"#{pointer}", "detail": UNSTORABLE}
        for pointer, text in found
        if not storable(text)
    ]
    if wrong:
        raise Problem(422, "the body holds text that cannot be stored", errors=wrong)
    return value


def is_plain(body: bytes) -> bool:
    """Tells that no text in a body can be one that is not storable: nothing is escaped by number,
    and nothing but ASCII is there, of which a text may hold no control character."""
    return body.isascii() and b"\\u" not in body and b"\0" not in body


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a repeated key: which of the two counts differs from reader to reader."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Problem(422, f"the key {key!r} is there twice")
        found[key] = value
    return found


def no_constant(name: str) -> object:
    raise Problem(422, f"{name} is not JSON")


def storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def texts(value: object, pointer: str = "") -> list[tuple[str, str]]:
    """Returns every text in a JSON value with its pointer, keys included."""
    if isinstance(value, str):
        return [(pointer, value)]
    if isinstance(value, dict):
        steps = [(key, f"{pointer}/{key}", item) for key, item in value.items()]
        return [
            found for key, place, item in steps for found in [(pointer, key), *texts(item, place)]
        ]
    if isinstance(value, list):
        return [
            found for index, item in enumerate(value) for found in texts(item, f"{pointer}/{index}")
        ]
    return []
