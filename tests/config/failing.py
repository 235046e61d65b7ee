"""Pages and middleware that fail the way an outage makes them fail."""

import errno

import psycopg.errors
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path


def raise_from(cause: Exception) -> None:
    try:
        raise cause
    except Exception as error:
        raise OperationalError(str(error)) from error


def database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server failed: password hidden")


def full_table_space(request: HttpRequest) -> HttpResponse:
    raise_from(psycopg.errors.DiskFull("could not extend file"))
    return HttpResponse()


def full_disk(request: HttpRequest) -> HttpResponse:
    raise OSError(errno.ENOSPC, "No space left on device")


def deadlock(request: HttpRequest) -> HttpResponse:
    raise_from(psycopg.errors.DeadlockDetected("deadlock detected"))
    return HttpResponse()


def mistake(request: HttpRequest) -> HttpResponse:
    raise ValueError("a mistake of ours")


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


class DatabaseMiddleware:
    """Needs the database before any view is found, as sessions and sign-in do."""

    def __init__(self, get_response: object) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection to server failed")


urlpatterns = [
    path("database/", database),
    path("table-space/", full_table_space),
    path("disk/", full_disk),
    path("deadlock/", deadlock),
    path("mistake/", mistake),
    path("fine/", fine),
    path("api/database", database),
]
