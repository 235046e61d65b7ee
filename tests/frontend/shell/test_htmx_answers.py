"""One address, two answers: the page for a browser, the part for htmx."""

from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from frontend.htmx import page, redirect

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def templates(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "shelf.html").write_text(
        "<html>{% partialdef results inline %}<ul>{{ word }}</ul>{% endpartialdef results %}</html>"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def shelf(
    headers: dict[str, str] | None = None, *, partial: str = "results", status: int = 200
) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers or {})
    return page(request, "shelf.html", {"word": "mug"}, partial=partial, status=status)


def test_a_browser_gets_the_whole_page() -> None:
    assert shelf().content == b"<html><ul>mug</ul></html>"


def test_htmx_gets_the_part() -> None:
    assert shelf(HTMX).content == b"<ul>mug</ul>"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_going_back_or_navigating_gets_the_whole_page(header: str) -> None:
    assert shelf({**HTMX, header: "true"}).content.startswith(b"<html>")


def test_both_answers_tell_caches_what_they_depend_on() -> None:
    for answer in (shelf(), shelf(HTMX)):
        varied = {name.strip() for name in answer.headers["Vary"].split(",")}
        assert varied >= {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"}


def test_a_page_without_a_part_is_always_whole_and_varies_on_nothing() -> None:
    answer = shelf(HTMX, partial="")
    assert answer.content.startswith(b"<html>")
    assert "Vary" not in answer.headers


def test_an_invalid_form_keeps_its_status_in_both_answers() -> None:
    assert shelf(status=422).status_code == 422
    assert shelf(HTMX, status=422).status_code == 422


def test_after_a_form_the_browser_is_sent_on_with_a_get() -> None:
    answer = redirect(RequestFactory().post("/"), "/orders/1/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/orders/1/")


def test_after_a_form_htmx_is_told_where_to_go() -> None:
    answer = redirect(RequestFactory().post("/", headers=HTMX), "/orders/1/")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/orders/1/")
    assert "Location" not in answer.headers
