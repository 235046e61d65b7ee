"""Three questions to a process, each with its own answer, for supervisors, containers, balancers.

`/healthz`, is it alive: 200 whenever it answers at all, so that nobody restarts it for the sake of
a database that is away. `/startupz`, has it started: 200 once it was ready, and from then on.
`/readyz`, can it serve now: 200 with its database reached and migrated, else 503 and why not.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from events.heartbeat import read_beat

ALIVE, STARTED, READY = "/healthz", "/startupz", "/readyz"


class HealthMiddleware:
    """Answers the three addresses.

    It stands before everything else, so that a check by address needs no allowed host and leaves no
    line in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.was_ready = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALIVE or (request.path == STARTED and self.was_ready):
            return JsonResponse({"alive": True})
        if request.path in (STARTED, READY):
            return self.readiness()
        return self.get_response(request)

    def readiness(self) -> HttpResponse:
        found = standing()
        is_ready = found["database"] is True and not found["migrations_missing"]
        self.was_ready = self.was_ready or is_ready
        response = JsonResponse(found, status=200 if is_ready else 503)
        response["Cache-Control"] = "no-store"
        return response


def standing() -> dict[str, object]:
    """Returns what a process needs to serve, and beside it when the worker was last heard of."""
    try:
        missing = sorted(wanted() - applied())
        reached = True
    except Error:
        missing, reached = [], False
        connection.close()
    beat = read_beat(settings.WORKER_BEAT)
    return {
        "database": reached,
        "migrations_missing": missing,
        # For people: pages are served and orders taken without the worker.
        "worker_seconds_ago": None if beat is None else round(beat.seconds_ago, 1),
    }


def applied() -> set[str]:
    """Raises: django.db.Error: the database does not answer, or was never migrated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations")
        return {row[0] for row in cursor.fetchall()}


@cache
def wanted() -> set[str]:
    """Returns the migrations of this code by their files: importing them would cost memory."""
    return {
        f"{config.label}.{path.stem}"
        for config in apps.get_app_configs()
        for path in Path(config.path, "migrations").glob("[0-9]*.py")
    }
