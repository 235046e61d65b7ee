"""Templates that are drawn many times on a page, worked through by the engine once for each shape.

A template is drawn with marks in the places of its texts, and from then on the marks are replaced:
what Django's engine takes a fifth of a millisecond for takes ten microseconds. HTML stays where it
belongs, in the template. What a stencil shows may be written out, asked for (`{% if %}`) and given
to tags and filters that are `written_later`; anything else a template does with it is drawn wrong,
so tests hold every stencil against its template.
"""

import re
from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any, Concatenate, cast

from django.template.loader import get_template
from django.utils.safestring import SafeString

type Write = Callable[[Any], str]

# Of the private use area of Unicode, where no text that people read has a letter.
MARK = re.compile("\ue000([0-9]+)\ue001")


class Place(SafeString):
    """Stands in a template for a text that is there, but is not known yet."""

    places: "list[Place]"
    value_index: int
    write: Write

    @classmethod
    def among(cls, places: "list[Place]", index: int, write: Write) -> "Place":
        """Returns a new one, added to `places`, for the value at `index`."""
        place = cls(f"\ue000{len(places)}\ue001")
        place.places, place.value_index, place.write = places, index, write
        places.append(place)
        return place


def written_later[First, **P](
    function: Callable[Concatenate[First, P], SafeString | str],
) -> Callable[Concatenate[First, P], SafeString | str]:
    """Has a filter or tag, which is given a place for its first argument, called at each filling.

    Its other arguments are those of the template.
    """

    @wraps(function)
    def now_or_later(first: First, /, *args: P.args, **kwargs: P.kwargs) -> SafeString | str:
        if not isinstance(first, Place):
            return function(first, *args, **kwargs)
        return Place.among(
            first.places, first.value_index, lambda value: escaped(function(value, *args, **kwargs))
        )

    return now_or_later


def escaped(value: object) -> str:
    """Returns what `{{ value }}` writes of a text or a whole number."""
    return value if isinstance(value, SafeString) else escape(str(value))


class Stencil:
    """A template, or a partial of one, that shows the values of these names (`product.slug`).

    A value that is false or True belongs to the shape; any other is a text to be filled in.
    """

    def __init__(self, template: str, *names: str) -> None:
        self.template, self.names = template, names
        self._sheets: dict[tuple[object, ...], tuple[str, tuple[tuple[int, Write], ...]]] = {}

    def __call__(self, *values: object) -> SafeString:
        """Returns the template's text with the values, in the order of the names."""
        shape = tuple([value if value is True or not value else ... for value in values])
        sheet = self._sheets.get(shape)
        if sheet is None:
            sheet = self._sheets[shape] = self.cut(values)
        text, places = sheet
        return SafeString(text % tuple([write(values[index]) for index, write in places]))

    def cut(self, values: tuple[object, ...]) -> tuple[str, tuple[tuple[int, Write], ...]]:
        """Returns the text of one shape as a format, and what is to be written where."""
        places: list[Place] = []
        context: dict[str, Any] = {}
        for index, (name, value) in enumerate(zip(self.names, values, strict=True)):
            *above, last = name.split(".")
            inner = context
            for each in above:
                inner = cast("dict[str, Any]", inner.setdefault(each, {}))
            known = value is True or not value
            inner[last] = value if known else Place.among(places, index, escaped)
        drawn = get_template(self.template).render(context).replace("%", "%%")
        order = [places[int(number)] for number in MARK.findall(drawn)]
        return MARK.sub("%s", drawn), tuple((place.value_index, place.write) for place in order)
