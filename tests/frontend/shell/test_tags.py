"""Times, icons, pictures and navigation as the templates write them."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from frontend.styleguide.pictures import SamplePicture, SampleRendition
from frontend.templatetags.shop import icon, picture, status_tone, status_words, time
from modules.inventory.contracts import Availability
from modules.orders.contracts import FulfilmentStatus, OrderStatus
from modules.payments.contracts import PaymentStatus

MOMENT = datetime(2026, 7, 17, 9, 16, 4, 37000, tzinfo=UTC)
PICTURE = SamplePicture(
    alt='A ridge, "blue"',
    colour="#253a6b",
    renditions=(
        SampleRendition("/m/640.webp", 640),
        SampleRendition("/m/320.webp", 320),
        SampleRendition("/m/320.avif", 320, "avif"),
        SampleRendition("/m/320.jpeg", 320, "jpeg"),
    ),
)


def test_a_time_carries_its_exact_moment_and_words_for_people() -> None:
    stamp = 'datetime="2026-07-17T09:16:04.037000+00:00"'
    assert time(MOMENT) == f"<time {stamp}>17 Jul 2026, 09:16</time>"
    assert time(MOMENT, "day") == f"<time {stamp}>17 Jul 2026</time>"
    assert time(MOMENT, "exact") == f"<time {stamp}>2026-07-17 09:16:04.037Z</time>"
    assert time(date(2026, 7, 17)) == '<time datetime="2026-07-17">17 Jul 2026</time>'
    assert time(None) == ""


def test_a_time_is_shown_in_the_readers_zone_except_when_exact() -> None:
    with timezone.override("Europe/Paris"):
        assert "11:16</time>" in time(MOMENT)
        assert "09:16:04.037Z</time>" in time(MOMENT, "exact")


def test_a_time_without_a_zone_or_in_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        time(MOMENT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="moment, day or exact"):
        time(MOMENT, "long")


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon("bag")
    assert 'sprite.svg#bag"' in icon("bag")
    assert 'role="img" aria-label="Close &lt;"' in icon("close", "Close <")
    with pytest.raises(ValueError, match="no icon is called 'spoon'"):
        icon("spoon")


def test_a_picture_offers_each_format_narrowest_first_and_keeps_its_room() -> None:
    html = picture(PICTURE, sizes="50vw")
    avif, webp, plain = html.index("image/avif"), html.index("image/webp"), html.index("<img")
    assert avif < webp < plain
    assert 'srcset="/m/320.webp 320w, /m/640.webp 640w" sizes="50vw"' in html
    assert 'src="/m/320.jpeg"' in html
    assert 'width="640" height="800"' in html
    assert 'alt="A ridge, &quot;blue&quot;"' in html
    assert 'data-colour="#253a6b"' in html
    assert "style=" not in html


def test_only_the_largest_picture_is_hurried() -> None:
    lazy, eager = picture(PICTURE), picture(PICTURE, eager=True)
    assert 'loading="lazy"' in lazy
    assert "fetchpriority" not in lazy
    assert 'fetchpriority="high"' in eager
    assert "loading" not in eager


def test_words_beside_a_picture_may_silence_it() -> None:
    assert 'alt=""' in picture(PICTURE, alt="")


def test_a_missing_picture_leaves_an_empty_frame() -> None:
    assert picture(None) == '<span class="picture-frame" data-missing></span>'


@pytest.mark.parametrize(
    ("path", "marked"), [("/staff/orders/1042/", True), ("/staff/stock/", False)]
)
def test_navigation_marks_where_the_reader_is(path: str, marked: bool) -> None:
    template = Template('{% load shop %}{% nav_link "/staff/orders/" "Orders" "orders" %}')
    html = template.render(Context({"request": RequestFactory().get(path)}))
    assert ('aria-current="page"' in html) is marked


def test_a_state_reads_as_words_and_an_unknown_one_stays_quiet() -> None:
    assert status_words("partially-shipped") == "Partially shipped"
    assert status_tone("declined") == "bad"
    assert status_tone("on-the-moon") == "quiet"


def test_every_state_of_orders_payments_and_stock_has_a_tone_of_its_own() -> None:
    states = [
        state
        for kind in (OrderStatus, FulfilmentStatus, PaymentStatus, Availability)
        for state in get_args(kind.__value__)
    ]
    # An order with nothing to ship has nothing to say about shipping.
    assert [state for state in states if status_tone(state) == "quiet"] == ["none"]
