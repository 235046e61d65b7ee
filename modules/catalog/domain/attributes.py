"""Typed attributes: which values a type takes, and how a value is written in a facet."""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.catalog.contracts import AttributeMismatch, AttributeValue

# Facets every shop has; an attribute with the same code takes over label and order.
BUILT_IN_FACETS = {"kind": "Kind", "series": "Series"}

_TYPES: dict[str, type] = {"text": str, "choice": str, "integer": int, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRule:
    """What the values of an attribute must satisfy; empty `choices` allow any."""

    code: str
    type: str
    choices: Sequence[str] = ()

    def check(self, value: AttributeValue) -> None:
        """Accepts values of the attribute's type only; True is no integer.

        Raises:
            AttributeMismatch: another type, an empty text, or a choice that is not offered.
        """
        fits = type(value) is _TYPES[self.type] and value != ""
        if fits and self.type == "choice" and self.choices:
            fits = value in self.choices
        if not fits:
            allowed = f" ({', '.join(self.choices)})" if self.choices else ""
            raise AttributeMismatch(
                f"{value!r} is no value of {self.code}, which takes {self.type} values{allowed}",
                attribute=self.code,
                type=self.type,
            )


def facet_token(code: str, value: AttributeValue) -> str:
    """Returns `code:value`, the form in which a listing holds what it can be narrowed by."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{code}:{text}"


def facet_label(type_: str, value: str) -> str:
    """Returns what a facet value is called on a page."""
    if type_ == "boolean":
        return "Yes" if value == "true" else "No"
    return value


def facet_rank(type_: str, choices: Sequence[str], value: str) -> tuple[int, int, str]:
    """Returns a sorting key: declared order first, numbers by size, the rest by alphabet."""
    if value in choices:
        return (0, choices.index(value), value)
    if type_ == "integer" and value.removeprefix("-").isdecimal():
        return (1, int(value), value)
    if type_ == "boolean":
        return (1, 0 if value == "true" else 1, value)
    return (2, 0, value.casefold())
