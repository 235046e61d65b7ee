"""Takes a finished shared page out of Django, for the WSGI application around it to keep."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

ASKED = "counterfoil.page"
# What no view says anything about may be somebody's own.
PERSONAL = "private, no-cache"


@dataclass(slots=True)
class Asked:
    """Travels with a request that found no page: what Django made, if it may be shared."""

    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    scopes: frozenset[str] = frozenset()
    keep: bool = True


class PageMiddleware:
    """Stands outside everything that changes headers of a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked: Asked | None = request.META.get(ASKED)
        scopes: frozenset[str] | None = getattr(response, "shown_scopes", None)
        # A cookie is somebody's own, so that an answer with one cannot be everybody's.
        if asked is not None and scopes is not None and not response.cookies:
            asked.headers = tuple(response.items())
            asked.body = response.content
            asked.scopes = scopes
            asked.keep = getattr(response, "is_kept", False)
        elif response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Cache-Control", PERSONAL)
        return response
