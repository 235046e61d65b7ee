"""The short way of pages for everybody: what only a person's own page needs is left out."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from frontend.caching.keys import may_share
from frontend.caching.sharing import is_for_everybody
from modules.kernel.errors import DomainError


class PageWayMiddleware:
    """Calls the view of a shared page itself, past sessions, tokens, messages, htmx and accounts.

    Such a page reads none of them, whoever asks. What stands before it holds for both ways. Any
    other answer than the finished page (not found, moved, refused) is made again on the long way,
    because error pages say who is signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return (may_share(request) and self.finished(request)) or self.get_response(request)

    def finished(self, request: HttpRequest) -> HttpResponse | None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return None
        if not is_for_everybody(match.func):
            return None
        request.resolver_match = match
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except (DomainError, Http404):
            return None
        return response if response.status_code == 200 else None
