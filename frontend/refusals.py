"""Shows a refusal that no view handled as a page: what happened, and what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from frontend import errors
from modules.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable


class RefusalMiddleware:
    """Turns domain errors of pages into their error pages; the API has its own way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith("/api/"):
            return None
        context = {"reason": exception.message}
        match exception:
            case NotFound():
                return errors.answer(request, 404, context, exception.message)
            case Forbidden():
                return errors.answer(request, 403, context, exception.message)
            case Conflict():
                return errors.answer(request, 409, context, exception.message)
            case Unavailable():
                return errors.unavailable(request)
            case _:
                return None
