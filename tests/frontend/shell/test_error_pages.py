"""Error pages appear whatever is broken. No test here may touch the database: pytest forbids it."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from frontend import errors

View = Callable[[HttpRequest], HttpResponse]

VIEWS: dict[int, View] = {
    400: errors.bad_request,
    403: errors.permission_denied,
    404: errors.page_not_found,
    410: errors.gone,
    429: errors.too_many_requests,
    500: errors.server_error,
    503: errors.unavailable,
}


@pytest.fixture(autouse=True)
def nothing_known_of_the_shopper(settings: Settings) -> None:
    alone = {
        **settings.TEMPLATES[0]["OPTIONS"],
        "context_processors": ["django.template.context_processors.request"],
    }
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": alone}]


def asked(path: str = "/somewhere/", **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


def words(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(("status", "view"), VIEWS.items())
def test_each_error_has_a_page_with_a_heading_and_a_way_on(status: int, view: View) -> None:
    response = view(asked())
    assert response.status_code == status
    assert words(response).count("<h1>") == 1
    assert 'href="/"' in words(response)


@pytest.mark.parametrize(("status", "view"), VIEWS.items())
def test_htmx_gets_a_toast_and_the_page_stays(status: int, view: View) -> None:
    response = view(asked(**{"HX-Request": "true"}))
    assert response.status_code == status
    assert response.headers["HX-Reswap"] == "none"
    assert 'hx-target="#toasts"' in words(response)
    assert "<html" not in words(response)


def test_a_missing_page_offers_a_search() -> None:
    assert 'action="/search/"' in words(errors.page_not_found(asked()))


def test_a_refusal_gives_its_reason_escaped_and_a_way_to_sign_in() -> None:
    text = words(
        errors.permission_denied(asked("/audit/?a=1"), PermissionDenied("Only <auditors>."))
    )
    assert "Only &lt;auditors&gt;." in text
    assert "/accounts/login/?next=/audit/" in text


def test_an_expired_form_offers_the_page_again_without_what_was_sent() -> None:
    request = RequestFactory().post("/checkout/?step=pay", {"card": "4242424242424242"})
    response = errors.csrf_failure(request, reason="CSRF cookie not set.")
    assert response.status_code == 403
    assert 'href="/checkout/"' in words(response)
    assert "4242424242424242" not in words(response)


def test_an_expired_form_sent_by_htmx_says_so_in_a_toast() -> None:
    request = RequestFactory().post("/cart/add/", headers={"HX-Request": "true"})
    assert "Reload" in words(errors.csrf_failure(request))


def test_a_withdrawn_piece_is_named() -> None:
    assert "Dune Light is no longer sold" in words(errors.gone(asked(), {"name": "Dune Light"}))


def test_waiting_is_asked_for_in_seconds() -> None:
    assert errors.too_many_requests(asked()).headers["Retry-After"] == "60"
    assert errors.unavailable(asked()).headers["Retry-After"] == "30"


@pytest.mark.parametrize("view", [errors.server_error, errors.unavailable])
def test_the_last_resort_survives_broken_context_processors(view: View, settings: Settings) -> None:
    broken = {**settings.TEMPLATES[0]["OPTIONS"], "context_processors": [f"{__name__}.explode"]}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": broken}]
    with pytest.raises(RuntimeError):
        errors.page_not_found(asked())
    assert view(asked()).status_code >= 500
    assert view(asked(**{"HX-Request": "true"})).status_code >= 500


def explode(request: HttpRequest) -> dict[str, object]:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize("view", [errors.server_error, errors.unavailable])
def test_the_last_resort_brings_its_style_and_the_policy_allows_that_one_alone(view: View) -> None:
    response = view(asked())
    style = re.findall(r"<style>(.*?)</style>", words(response), re.DOTALL)
    assert len(style) == 1
    expected = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{expected}'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r'<(script|link rel="stylesheet")', words(response))
