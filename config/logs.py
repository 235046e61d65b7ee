"""Logging: readable lines in the demo shop, one JSON object a line in production.

Nothing personal is written: requests appear by route (`orders/<token>/`), never by path or query,
the row that PostgreSQL quotes in a constraint violation is cut out of tracebacks, and e-mail
addresses are cut out of everything.
"""

import logging
import re
import time
from collections.abc import Callable, MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.types import Processor

from events.privacy.redacting import without_addresses

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)

logger = structlog.stdlib.get_logger("counterfoil.request")


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.route if match else "(no such page)"


def hide_paths(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the path, which may hold a token or a name, by the route it matched."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    if isinstance(record, logging.LogRecord) and isinstance(request, HttpRequest):
        event["event"] = record.getMessage().split(":", 1)[0]
        event["route"] = route_of(request)
    return event


def hide_rows(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if isinstance(event.get("exception"), str):
        event["exception"] = QUOTED_ROW.sub(r"\1: (not logged)", event["exception"])
    for name, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[name] = without_addresses(value)
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(allow=["outage", "route", "status"]),
    hide_paths,
    structlog.processors.format_exc_info,
    hide_rows,
]


def logging_settings(*, json: bool) -> dict[str, Any]:
    """Returns Django's LOGGING: everything to standard error, warnings and worse of libraries."""
    structlog.configure(
        processors=[*SHARED[:4], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    hide_rows,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "counterfoil": {"level": "INFO"},
            "events": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # A 404 is in the request log already.
            "django.request": {"level": "ERROR"},
        },
    }


class RequestLogMiddleware:
    """Gives every request an id, answers with it, and writes one line when it is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-ID", "")
        request_id = asked if REQUEST_ID.fullmatch(asked) else uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            logger.log(
                logging.WARNING if response.status_code >= 500 else logging.INFO,
                "request",
                method=request.method,
                route=route_of(request),
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        response["X-Request-ID"] = request_id
        return response
