"""From a refusal to an answer: the kind of error gives the status, the answer is RFC 9457 JSON.

NotFound     404      Forbidden    403      wrong payload                  422
                      NotificationRefused   of a payment provider          400
                      TooManyTries          means the caller alone         429
Conflict     409      Unavailable  503      no or wrong credentials        401

This is the only place that knows statuses. An answer's `type` is the address of a page that says
what happened and what to do (`frontend.problems`).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from frontend.problems.catalogue import explanations
from modules.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from modules.kernel.money import MoneyError
from modules.payments.contracts import NotificationRefused
from modules.promotions.contracts import TooManyTries

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

STATUSES: dict[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Unavailable: 503,
}
# Against its kind: what cannot be verified is a bad request, not a caller without a right.
EXCEPTIONS: dict[type[DomainError], int] = {NotificationRefused: 400, TooManyTries: 429}

# What a bare status means when no refusal explains it.
CODES = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "no-such-address",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-requests",
    503: "unavailable",
}


class Problem(Exception):
    """A refusal of the protocol rather than of the domain, such as a body that is no JSON."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str = "",
        errors: Iterable[Mapping[str, object]] = (),
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code or CODES[status]
        self.detail = detail
        self.errors = list(errors)
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


def status_of(error: DomainError) -> int:
    """Returns the HTTP status of a refusal; one of no kind is a mistake of ours."""
    of_kind = next((STATUSES[kind] for kind in STATUSES if isinstance(error, kind)), 500)
    return EXCEPTIONS.get(type(error), of_kind)


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Returns the answer to a refused request, never cached, in the shape of RFC 9457."""
    explanation = explanations().get(problem.code)
    content: dict[str, object] = {
        "type": f"{settings.PUBLIC_URL}/problems/{problem.code}",
        "title": explanation.title if explanation else HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
    }
    if problem.errors:
        content["errors"] = problem.errors
    if problem.fields:
        content["fields"] = problem.fields
    response = HttpResponse(
        json.dumps(content, default=str), status=problem.status, content_type=MEDIA_TYPE
    )
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="shop"'
    if problem.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def problem_of(error: DomainError) -> Problem:
    wait = error.fields.get("retry_after_seconds")
    return Problem(
        status_of(error),
        error.message,
        code=error.code,
        fields=error.fields,
        headers={"Retry-After": str(wait)} if wait is not None else {},
    )


def install(api: NinjaAPI) -> None:
    """Makes every error that leaves a view of `api` an answer in problem JSON."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Exception: raised,
        Problem: protocol_refusal,
        DomainError: domain_refusal,
        MoneyError: wrong_amount,
        ValidationError: wrong_payload,
        AuthenticationError: nobody_known,
        Throttled: too_many,
        HttpError: bare_status,
        Http404: nothing_here,
        RequestDataTooBig: too_large,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def raised(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leaves an unforeseen error to the middleware, which tells outages from mistakes."""
    raise error


def protocol_refusal(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem_response(request, error)


def domain_refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    return problem_response(request, problem_of(error))


def wrong_amount(request: HttpRequest, error: MoneyError) -> HttpResponse:
    return problem_response(request, Problem(422, str(error)))


def wrong_payload(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problem = Problem(
        422,
        "the request has fields that are missing, unknown or out of bounds: see `errors`",
        errors=[place(detail) for detail in error.errors],
    )
    return problem_response(request, problem)


def place(detail: Mapping[str, object]) -> dict[str, object]:
    """Returns one wrong field: a JSON pointer (RFC 6901) into the body, or a parameter's name."""
    location = detail["loc"]
    assert isinstance(location, tuple)
    source, *path = location
    said = str(detail["msg"]).removeprefix("Value error, ")
    if source == "body":
        # The first step is the view's own argument name, which no client knows.
        steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path[1:]]
        return {"pointer": "#" + "".join(f"/{step}" for step in steps), "detail": said}
    # Of a parameter that is given many times, the last step is the number of the wrong one.
    names = [step for step in path if isinstance(step, str)]
    return {"parameter": names[-1] if names else "", "in": source, "detail": said}


def nobody_known(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_response(request, Problem(401, "this address needs credentials"))


def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    return problem_response(request, Problem(429, "wait as long as Retry-After says"))


def bare_status(request: HttpRequest, error: HttpError) -> HttpResponse:
    # The framework wraps what a body parser raises; the refusal inside says more.
    if isinstance(error.__cause__, Problem):
        return problem_response(request, error.__cause__)
    return problem_response(request, Problem(error.status_code, error.message))


def nothing_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_response(request, Problem(404, "there is nothing at this address"))


def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem_response(request, Problem(413, "the body is too large"))
