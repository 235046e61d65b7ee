"""Which fields of an event are personal, said where the field is declared.

email: Annotated[str, Personal("order")]
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import msgspec

EACH = "[]"


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field that is stored sealed, under the subject's key for this purpose."""

    purpose: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked field: the names that lead to it from the event, its type, and its purpose.

    The name `EACH` stands for every item of a list.
    """

    path: tuple[str, ...]
    type: Any
    purpose: str

    @property
    def name(self) -> str:
        return ".".join(self.path)


@cache
def marked(cls: type) -> tuple[Mark, ...]:
    """Returns the marked fields of a class and of the classes its fields are of.

    Raises:
        TypeError: a mark is where it could not be followed: inside an option or a mapping.
    """
    return tuple(_marks(cls, ()))


def _marks(cls: type, above: tuple[str, ...]) -> Iterator[Mark]:
    for name, hint in get_type_hints(cls, include_extras=True).items():
        path = (*above, name)
        found = [each for each in _metadata(hint) if isinstance(each, Personal)]
        kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        if found:
            yield Mark(path, kind, found[0].purpose)
        elif _has_fields(kind):
            yield from _marks(kind, path)
        elif (item := _item(kind)) and _has_fields(item):
            yield from _marks(item, (*path, EACH))
        elif any(_has_fields(each) and marked(each) for each in get_args(kind)):
            raise TypeError(f"{cls.__qualname__}.{name}: a personal field cannot be inside {kind}")


def _metadata(hint: Any) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", getattr(hint, "__metadata__", ()))


def _item(kind: Any) -> Any:
    """Returns of what a list, or a tuple of any length, is; None for whatever else."""
    arguments = get_args(kind)
    if get_origin(kind) is list or (get_origin(kind) is tuple and arguments[1:] == (...,)):
        return arguments[0]
    return None


def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (
        dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct)
    )


def stand_in(kind: Any, word: str) -> object:
    """Returns, as JSON, a value of a type that says `word` wherever it has to say something."""
    if not dataclasses.is_dataclass(kind):
        return word
    hints = get_type_hints(kind)
    return {
        field.name: stand_in(hints[field.name], word)
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
