"""The one rule of what htmx gets and what a browser gets."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

# One address answers with a page or a fragment, so no cache may mistake one for the other.
NEGOTIATED = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


class HttpResponseSeeOther(HttpResponse):
    """A 303: whatever the method was, the next request is a GET."""

    status_code = 303

    def __init__(self, url: str) -> None:
        super().__init__(headers={"Location": url})


def wants_fragment(request: HttpRequest) -> bool:
    """Tells whether htmx asked for a part; going back in history needs the whole page again."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and not (
        headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true"
    )


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answers `template`, or to htmx its `{% partialdef <partial> %}` alone.

    A partial is found only in the file that defines it, not in one that it extends or includes.
    Without `partial` the whole page is answered either way.
    """
    name = f"{template}#{partial}" if partial and wants_fragment(request) else template
    response = render(request, name, context, status=status)
    if partial:
        patch_vary_headers(response, NEGOTIATED)
    return response


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Sends the shopper to another address after a form: HX-Redirect for htmx, 303 otherwise."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(url)
    return HttpResponseSeeOther(url)
