"""`/healthz`: whether this process serves, asked by the supervisor, containers and balancers."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

HEALTH_PATH = "/healthz"


class HealthMiddleware:
    """Answers 200 when this process reaches its database, else 503.

    It stands before everything else, so that a check by address needs no allowed host and leaves no
    line in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != HEALTH_PATH:
            return self.get_response(request)
        reached = database_answers()
        return JsonResponse({"database": reached}, status=200 if reached else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
