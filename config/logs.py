"""Logging: readable lines in the demo shop, one JSON object a line in production.

Nothing personal is written: requests appear by route (`orders/<token>/`), never by path or query,
the row that PostgreSQL quotes in a constraint violation is cut out of tracebacks, and e-mail
addresses are cut out of everything.
"""

import logging
import re
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, override
from uuid import uuid4

import msgspec
import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars
from structlog.types import Processor

from events.context import acting, noting
from events.metrics import count_request
from events.privacy.redacting import without_addresses
from events.statements import sent
from events.tracing import span

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# W3C Trace Context, section 3.2: version, trace id, parent id, flags; a trace of zeros is none.
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
QUOTED_ROW = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)

REQUESTS = "counterfoil.request"
PREAMBLE = ("timestamp", "logger", "level", "event")

logger = logging.getLogger(REQUESTS)
encoder = msgspec.json.Encoder()


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.route or "/") if match else "(no such page)"


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
            },
            "request": {"()": RequestLine, "json": json},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "requests": {"class": "logging.StreamHandler", "formatter": "request"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "counterfoil": {"level": "INFO"},
            REQUESTS: {"level": "INFO", "handlers": ["requests"], "propagate": False},
            "events": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # A 404 is in the request log already.
            "django.request": {"level": "ERROR"},
        },
    }


class RequestLogMiddleware:
    """Gives every request an id, answers with it, and writes one line when it is done.

    The line is also what is counted and traced. The name of the command that it ran last and its
    order's id stand in it too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = id_of(request)
        with acting() as context, noting() as notes:
            correlation_id = str(context.correlation_id)
            bind_contextvars(request_id=request_id, correlation_id=correlation_id)
            try:
                response = self.answer(request, notes)
            finally:
                unbind_contextvars("request_id", "correlation_id")
        response["X-Request-ID"] = request_id
        return response

    def answer(self, request: HttpRequest, notes: dict[str, str]) -> HttpResponse:
        started, before = time.perf_counter(), sent.count
        method = request.method or "other"
        with span("request", traceparent=request.META.get("HTTP_TRACEPARENT", "")) as traced:
            response = self.get_response(request)
            route, status = route_of(request), response.status_code
            if traced is not None:
                traced.update_name(f"{method} {route}")
                traced.set_attributes({"http.route": route, "http.response.status_code": status})
        seconds = time.perf_counter() - started
        count_request(route, method, status, seconds)
        write_line(
            logging.WARNING if status >= 500 else logging.INFO,
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            statements=sent.count - before,
            **get_contextvars(),
            **notes,
        )
        return response


def write_line(level: int, **found: object) -> None:
    """Writes the line of a request without what it does not need: half of its time was logging.

    Nothing in it comes from outside but the request's id, which is of a few plain characters.
    """
    if logger.isEnabledFor(level):
        fields = {"event": "request", "level": logging.getLevelName(level).lower(), **found}
        logger.handle(logging.LogRecord(REQUESTS, level, "", 0, "request", (fields,), None))


class RequestLine(logging.Formatter):
    """Writes a request's fields as one JSON object, or as words for people."""

    def __init__(self, *, json: bool) -> None:
        super().__init__()
        self.json = json

    @override
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        found = record.args if isinstance(record.args, dict) else {}
        fields: dict[str, object] = {"timestamp": moment, "logger": REQUESTS, **found}
        if self.json:
            return encoder.encode(fields).decode()
        words = " ".join(f"{name}={fields[name]}" for name in fields if name not in PREAMBLE)
        return f"{moment} [{record.levelname.lower():<8}] request {words}"


def id_of(request: HttpRequest) -> str:
    """Returns the id that the proxy gave a request, in either of the usual ways, or a new one."""
    asked = request.META.get("HTTP_X_REQUEST_ID", "")
    if REQUEST_ID.fullmatch(asked):
        return str(asked)
    traced = TRACEPARENT.fullmatch(request.META.get("HTTP_TRACEPARENT", ""))
    return traced[1] if traced else uuid4().hex
