"""What every template may use: money, times, icons, pictures and form inputs.

`{% load shop %}` first. Nothing here asks the database but `{% alarms %}`, on the desks alone.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from html import escape
from operator import attrgetter
from typing import Protocol

from babel import Locale
from babel.dates import format_date, format_datetime
from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from events.alarms import standing
from frontend.stencils import Stencil, written_later
from frontend.vendoring import ICONS
from modules.kernel.money import Money
from modules.kernel.wording import written

register = template.Library()

SPRITE = "vendor/lucide-1.62.0/sprite.svg"
# Best first: a browser takes the first type it knows.
PICTURE_TYPES = ("avif", "webp")
# What stands in the `<img>` itself, first of those that there are.
FALLBACKS = ("jpeg", "png", "webp", "avif")
# Dates read 17 Nov 2026, as European shoppers write them; plain "en" would mean the American order.
REGIONAL = {"en": "en_GB"}

# How pressing a state is, in the words of orders, payments and stock; others are drawn quietly.
TONES = {
    "good": "agreed captured completed delivered in-stock paid refunded verified",
    "note": "authorised backorder confirmed placed shipped",
    "warn": "low open partially-captured partially-refunded partially-shipped pending requested "
    "unfulfilled",
    "bad": "broken cancelled charged-back declined expired failed parked refused sold-out voided",
}
STATUS_TONES = {state: tone for tone, states in TONES.items() for state in states.split()}


class Rendition(Protocol):
    """One stored size of a picture: `format` is avif, webp, jpeg or png, `width` in pixels."""

    @property
    def url(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def format(self) -> str: ...


class Picture(Protocol):
    """What `{% picture %}` draws: natural size in pixels, `colour` as #rrggbb or empty."""

    @property
    def alt(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def colour(self) -> str: ...
    @property
    def renditions(self) -> Sequence[Rendition]: ...
    def __hash__(self) -> int: ...


def current_locale() -> Locale:
    """Returns the CLDR locale of the active language."""
    return _locale(get_language() or "en")


@cache
def _locale(language: str) -> Locale:
    name = to_locale(language)
    return Locale.parse(REGIONAL.get(name, name))


@register.filter
@written_later
def money(amount: Money | int | str | None, currency: str = "") -> str:
    """Writes an amount for people: `{{ total|money }}`, or `{{ minor|money:"EUR" }}` of units.

    None and "" give an empty string, because Django passes "" for a missing variable.

    Raises:
        MoneyError: the currency is unknown, or missing beside a bare number.
    """
    if amount is None or isinstance(amount, str):
        return ""
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    return _written(value, get_language() or "en")


@lru_cache(maxsize=2000)
def _written(value: Money, language: str) -> str:
    return written(value, _locale(language))


@register.filter
def breakable(name: str) -> SafeString:
    """Writes a dotted name so that a line breaks after its dots and underscores, not in a word."""
    parts = re.split(r"(?<=[._])", name)
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))


@register.simple_tag
def time(moment: datetime | date | str | None, style: str = "moment") -> SafeString:
    """Writes a `<time>`: style `moment` (day and minute), `day`, or `exact` (UTC, milliseconds).

    Raises:
        ValueError: the time has no zone, or the style is unknown.
    """
    if moment is None or isinstance(moment, str):
        return SafeString("")
    locale = current_locale()
    if not isinstance(moment, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', moment.isoformat(), format_date(moment, locale=locale)
        )
    if timezone.is_naive(moment):
        raise ValueError(f"{moment!r} has no time zone; take times from modules.kernel.clock")
    local = timezone.localtime(moment)
    if style == "moment":
        text = format_datetime(local, "d MMM y, HH:mm", locale=locale)
    elif style == "day":
        text = format_date(local, "d MMM y", locale=locale)
    elif style == "exact":
        utc = moment.astimezone(tz=timezone.get_fixed_timezone(0))
        text = f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03d}Z"
    else:
        raise ValueError(f"a time is written as moment, day or exact, not {style!r}")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.simple_tag
@written_later
def icon(name: str, label: str = "") -> SafeString:
    """Draws an icon of the sprite; decorative, unless `label` gives it a name of its own.

    Raises:
        ValueError: the sprite has no such icon.
    """
    return _icon(name, label)


@lru_cache(maxsize=500)
def _icon(name: str, label: str) -> SafeString:
    if name not in ICONS:
        raise ValueError(f"no icon is called {name!r}; the sprite has {', '.join(sorted(ICONS))}")
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon" width="20" height="20" focusable="false" {}>'
        '<use href="{}#{}"></use></svg>',
        spoken,
        static(SPRITE),
        name,
    )


@register.simple_tag
@written_later
def picture(
    shown: Picture | None,
    sizes: str = "100vw",
    alt: str | None = None,
    eager: bool = False,
    morph: str = "",
) -> SafeString:
    """Draws a `<picture>` that takes its room before it loads; without one, an empty frame.

    `eager` is for the one picture that is the largest on first sight. `alt` replaces the picture's
    own text ("" when the words beside it say the same). `morph` names it across two pages, so that
    the picture of a card travels to the picture of its product.
    """
    if not shown:
        return SafeString('<span class="picture-frame" data-missing></span>')
    found = files(shown.renditions)
    fallback = next((kind for kind in FALLBACKS if kind in found), "")
    plain = found.get(fallback, [])
    words, sizes = escape(shown.alt if alt is None else alt), escape(sizes)
    # Escaped by attribute and not by file: a list has fifty pictures, and each of three files.
    sources = [
        f'<source type="image/{kind}" srcset="{escape(srcset(found[kind]))}" sizes="{sizes}">'
        for kind in PICTURE_TYPES
        if kind in found and kind != fallback
    ]
    written = (
        f'src="{escape(plain[len(plain) // 2].url)}" srcset="{escape(srcset(plain))}" '
        if plain
        else "",
        f'sizes="{sizes}" width="{shown.width}" height="{shown.height}" alt="{words}"',
        f' data-colour="{escape(shown.colour)}"' if shown.colour else "",
        f' data-morph="{escape(morph)}"' if morph else "",
        ' fetchpriority="high"' if eager else ' loading="lazy" decoding="async"',
    )
    return SafeString(
        f'<picture class="picture">{"".join(sources)}<img {"".join(written)}></picture>'
    )


def files(renditions: Sequence[Rendition]) -> dict[str, list[Rendition]]:
    """Returns the files of each format, narrowest first."""
    found: dict[str, list[Rendition]] = {}
    for rendition in sorted(renditions, key=attrgetter("width")):
        found.setdefault(rendition.format, []).append(rendition)
    return found


def srcset(renditions: Sequence[Rendition]) -> str:
    return ", ".join([f"{rendition.url} {rendition.width}w" for rendition in renditions])


@register.simple_tag
def form_input(field: BoundField, **attributes: str | bool) -> SafeString:
    """Draws a form field's own widget with more attributes, e.g. `autocomplete="email"`.

    Django ties it to its hint and its error by `aria-describedby`. Empty attributes are left out,
    underscores become hyphens, and False removes an attribute that the widget has.
    """
    extra: dict[str, str | bool] = {
        name.replace("_", "-"): value for name, value in attributes.items() if value != ""
    }
    return field.as_widget(attrs=extra)


_nav_link = Stencil("components/nav_link.html", "url", "label", "icon_name", "current")


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url: str, label: str, icon_name: str = "", *, exact: bool = False
) -> SafeString:
    """Draws a link of a navigation, marked while the page is it or, unless `exact`, below it."""
    request = context.get("request")
    path: str = request.path if request else ""
    return _nav_link(url, label, icon_name, path == url or (not exact and path.startswith(url)))


@register.inclusion_tag("components/alarms.html")
def alarms() -> dict[str, object]:
    """Draws what an operator has to look at while it stands: parked streams, drifted cells."""
    found = standing()
    return {"parked": found.parked, "drifted": found.drifted}


@register.filter
def status_tone(state: str) -> str:
    """Returns the tone of a state's badge: good, note, warn, bad or quiet."""
    return STATUS_TONES.get(str(state).replace("_", "-"), "quiet")


@register.filter
def status_words(state: str) -> str:
    """Writes a state for people: `partially-shipped` as Partially shipped."""
    return str(state).replace("_", " ").replace("-", " ").capitalize()
