"""What a shopper, a machine and an operator are told while the database or the disk is out.

Every such answer is a 503 with Retry-After and touches neither database nor templates, so that it
works when nothing else does. The shop recovers by itself: connections are checked before use.
"""

import errno
import hashlib
import json
import logging
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import psycopg.errors
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

RETRY_AFTER_SECONDS = 5
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# Raised by a healthy server that gave this one request up.
GIVEN_UP = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
)

logger = logging.getLogger("counterfoil.outage")

STYLE = """
:root { color-scheme: light dark; font: 1.125rem/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 34rem; padding: 2rem; }
p:first-child { letter-spacing: .12em; text-transform: uppercase; font-size: .8rem; opacity: .7; }
h1 { font-size: 2rem; line-height: 1.2; margin: .5rem 0 1rem; text-wrap: balance; }
a { color: inherit; }
"""
# The page's own policy: this one style sheet by its hash, and nothing else at all.
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; base-uri 'none'"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - {shop}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<p>{shop}</p>
<h1>{title}</h1>
<p role="alert">{detail}</p>
<p>{advice}</p>
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """A kind of outage: `code` for machines, `title` and `detail` for people."""

    code: str
    title: str
    detail: str


DATABASE = Outage(
    "database-unavailable",
    "The shop is catching its breath",
    "Its database does not answer at the moment. Nothing you ordered is lost, and nothing was "
    "charged by this request unless you were told so. Please try again in a few seconds.",
)
BUSY = Outage(
    "busy",
    "The shop is very busy",
    "Your request had to wait for others and was given up; nothing of it was kept. "
    "Please try again in a few seconds.",
)
DISK = Outage(
    "storage-full",
    "The shop cannot take notes right now",
    "Its storage is full, so nothing new can be recorded; what was recorded is safe. "
    "Please try again in a few minutes.",
)


def outage_of(error: BaseException | None) -> Outage | None:
    """Returns the outage behind an error, or None when the error is something else."""
    for cause in chain(error):
        if isinstance(cause, psycopg.errors.DiskFull):
            return DISK
        if isinstance(cause, OSError) and cause.errno in DISK_FULL:
            return DISK
        if isinstance(cause, GIVEN_UP):
            return BUSY
    if isinstance(error, (OperationalError, InterfaceError)):
        return DATABASE
    return None


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def explain(error: BaseException) -> str:
    """Says on a command line what is out and what to do, without a password or a traceback."""
    if outage_of(error) is DISK:
        return "The disk is full. Free some space and run this again; nothing was half-done."
    database = settings.DATABASES["default"]
    place = f"{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}/{database['NAME']}"
    reason = str(error).strip().splitlines() or ["no reason given"]
    return (
        f"PostgreSQL at {place} does not answer: {reason[-1].strip()}\n"
        "  Start it, or correct DATABASE_URL, or leave DATABASE_URL out to use the embedded server."
    )


def outage_response(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Returns 503: RFC 9457 problem JSON under /api/, otherwise a page that needs nothing else."""
    if request.path.startswith("/api/"):
        problem = {
            "type": f"{settings.PUBLIC_URL}/problems/{outage.code}",
            "title": outage.title,
            "status": 503,
            "detail": outage.detail,
            "instance": request.path,
        }
        response = HttpResponse(json.dumps(problem), content_type="application/problem+json")
    else:
        response = HttpResponse(page(request, outage))
        response["Content-Security-Policy"] = POLICY
        # An htmx request replaces the whole page, not the small part it asked for.
        response["HX-Retarget"] = "body"
        response["HX-Reswap"] = "innerHTML"
    response.status_code = 503
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    # Django would log the path of every 5xx, once per request, for as long as the outage lasts.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def page(request: HttpRequest, outage: Outage) -> str:
    if request.method in ("GET", "HEAD"):
        advice = '<a href="">Try again</a>'
    else:
        advice = "Go back and press the button again: pressing twice counts once."
    return PAGE.format(
        title=escape(outage.title),
        shop=escape(settings.SHOP_NAME),
        style=STYLE,
        detail=escape(outage.detail),
        advice=advice,
    )


class OutageMiddleware:
    """Turns an outage anywhere below it into a 503, in views and in other middleware alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        outage = getattr(request, "outage", None)
        if outage is None or response.status_code < 500:
            return response
        return outage_response(request, outage)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(request, error)


def answer_to(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Returns 503 for a view's error that is an outage, and logs it; None for any other."""
    outage = outage_of(error)
    if outage is None:
        return None
    logger.warning("outage", extra={"outage": outage.code})
    return outage_response(request, outage)


def remember(request: HttpRequest | None = None, **details: Any) -> None:
    """Marks a request whose error no view could see: Django has made a plain 500 of it by then."""
    outage = outage_of(sys.exception())
    if request is not None and outage is not None:
        request.outage = outage  # type: ignore[attr-defined]


got_request_exception.connect(remember, dispatch_uid="config.outage")
