"""The short way of machines: what only pages and signed-in people need is left out of the API.

Sessions, forms, messages, htmx and accounts are a tenth of the time of a call that uses none.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from config.outage import answer_to

PREFIX = "/api/"
# A page, with the context of pages.
DOCS = "/api/docs"


class ApiWayMiddleware:
    """Calls the API's view itself, if no session cookie comes with the request.

    What stands before it holds for both ways. Who calls is found out by `config.api_access`, which
    asks for a session only where there is such a cookie, and the actor is named by
    `config.api_guard`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if (
            not path.startswith(PREFIX)
            or path.startswith(DOCS)
            or settings.SESSION_COOKIE_NAME in request.COOKIES
        ):
            return self.get_response(request)
        match = resolve(path)
        request.resolver_match = match
        try:
            response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        except Exception as error:
            outage = answer_to(request, error)
            if outage is None:
                raise
            return outage
        return response
