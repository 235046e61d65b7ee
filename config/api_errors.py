"""Under /api/ every error is problem JSON, also those that no operation has a part in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.problems import CODES, MEDIA_TYPE, Problem, problem_response

PREFIX = "/api/"

SENTENCES = {
    404: "the path is not one of the API's; /api/docs lists them",
    405: "the address answers other methods only; the Allow header names them",
}


def no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answers what no operation answers, so that no slash is appended and no page is shown."""
    return problem_response(request, Problem(404, SENTENCES[404]))


no_such_address.csrf_exempt = True  # type: ignore[attr-defined]


class ApiErrorMiddleware:
    """Rewrites an error that is not problem JSON yet, keeping its headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PREFIX) and "\x00" in request.path:
            return problem_response(request, Problem(404, SENTENCES[404]))
        response = self.get_response(request)
        if not request.path.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        return rewritten(request, response)


def rewritten(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    status = response.status_code
    code = CODES.get(status, "internal-error" if status >= 500 else "bad-request")
    detail = SENTENCES.get(status, response.reason_phrase)
    problem = problem_response(request, Problem(status, detail, code=code))
    for name, value in response.headers.items():
        if name.lower() not in ("content-type", "content-length"):
            problem.headers.setdefault(name, value)
    return problem
