"""What holds for every operation, before and around its view.

Before: a body is small and JSON, a parameter is known, a cookie is not forged. Around: the caller
is the actor of what is recorded, and an `Idempotency-Key` makes a repeat return the first answer.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.operation import Operation

from config.api_access import refuse_forgery
from config.problems import Problem
from events.context import SAFE_METHODS, acting
from modules.kernel.identity import derived_id
from modules.wire import Caller

MAXIMUM_BODY_BYTES = 65_536
MAXIMUM_NOTIFICATION_BYTES = 262_144
KEY = re.compile("[!-~]{1,255}")
# Without credentials nothing but the key tells two callers apart: 128 random bits at least.
MINIMUM_KEY_LENGTH_OF_A_GUEST = 22

type Run = Callable[..., HttpResponseBase]


def guarded(run: Run) -> Run:
    """Refuses what no view should see; `run` is the bound method of the operation."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    parameters = known_parameters(operation)
    takes_raw_body = is_notification(operation)

    @wraps(run)
    def guarded_run(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            refuse_unknown_parameters(request, parameters)
            if takes_raw_body:
                refuse_large_body(request, MAXIMUM_NOTIFICATION_BYTES)
            else:
                refuse_large_body(request, MAXIMUM_BODY_BYTES)
                refuse_other_media(request)
                refuse_forgery(request)
        except Problem as problem:
            return operation.api.on_exception(request, problem)
        return run(request, **path)

    return guarded_run


def is_notification(operation: Operation) -> bool:
    """Tells whether payment providers call it; they sign bytes, which nothing may touch before."""
    return bool(operation.openapi_extra and operation.openapi_extra.get("x-raw-body"))


def known_parameters(operation: Operation) -> frozenset[str]:
    return frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    )


def refuse_unknown_parameters(request: HttpRequest, known: frozenset[str]) -> None:
    """A filter that is spelled wrong would otherwise widen the answer without a word."""
    unknown = sorted(set(request.GET) - known)
    if unknown:
        expected = f"it knows {', '.join(sorted(known))}" if known else "it has none"
        raise Problem(
            422,
            "the address has parameters that this operation does not know",
            errors=[
                {"parameter": name[:100], "in": "query", "detail": f"unknown here; {expected}"}
                for name in unknown
            ],
        )


def refuse_large_body(request: HttpRequest, limit_bytes: int) -> None:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdigit() or int(stated) > limit_bytes:
        raise Problem(
            413, f"the body may have {limit_bytes} bytes", fields={"limit_bytes": limit_bytes}
        )


def refuse_other_media(request: HttpRequest) -> None:
    has_body = (request.META.get("CONTENT_LENGTH") or "0") != "0"
    changes = request.method not in SAFE_METHODS
    if changes and has_body and request.content_type != "application/json":
        raise Problem(415, "set `Content-Type: application/json` and send one JSON object")


def repeatable(view: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a view as its caller, under the command id of its `Idempotency-Key` if it has one."""

    @wraps(view)
    def run(request: HttpRequest, **values: Any) -> Any:
        caller: Caller = getattr(request, "auth", None) or Caller()
        if request.method in SAFE_METHODS:
            return view(request, **values)
        changes: dict[str, object] = {"actor": caller.actor}
        key = request.headers.get("Idempotency-Key")
        if key is not None:
            changes["command_id"] = command_id(request, caller, key)
        with acting(**changes):
            return view(request, **values)

    return run


def listed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a tuple a list: the framework reads a tuple of two as status and body."""

    @wraps(view)
    def run(request: HttpRequest, **values: Any) -> Any:
        result = view(request, **values)
        return list(result) if type(result) is tuple else result

    return run


def command_id(request: HttpRequest, caller: Caller, key: str) -> Any:
    """Returns the id of what this caller asks of this address under this key.

    Raises:
        Problem: 422 for a key that is empty, too long, or guessable where nothing else protects it.
    """
    if not KEY.fullmatch(key):
        raise wrong_key("1 to 255 visible ASCII characters without spaces")
    secret = caller.link or caller.cart_token
    if not caller.is_known and not secret and len(key) < MINIMUM_KEY_LENGTH_OF_A_GUEST:
        raise wrong_key("without credentials at least 22 random characters, such as a UUID")
    principal = caller.actor if caller.is_known else f"guest:{secret}"
    return derived_id("api", principal, request.method, request.path, key)


def wrong_key(expected: str) -> Problem:
    wrong = {"parameter": "Idempotency-Key", "in": "header", "detail": expected}
    return Problem(422, "the Idempotency-Key cannot be used", errors=[wrong])
