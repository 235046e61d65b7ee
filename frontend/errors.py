"""The pages for when something goes wrong, and the same words as a toast for htmx.

Each says what happened, whether anything was lost, and the way on. `server_error` and
`unavailable` need no context processor, no stylesheet and no database.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.safestring import SafeString

from frontend.htmx import wants_fragment

FOLDER = Path(__file__).resolve().parent / "templates" / "errors"
TOASTS = {
    400: "That request could not be read. Reload the page and try again.",
    403: "You may not do that. Sign in with another account if you have one.",
    404: "That is no longer here. Reload the page to see what is.",
    409: "Something changed in the meantime. Reload the page and try again.",
    410: "That piece has been withdrawn from sale.",
    429: "That was too often in a short time. Wait a minute and try again.",
    500: "Something went wrong on our side. Nothing was charged; please try again.",
    503: "The shop is being worked on for a moment. Please try again shortly.",
}
EXPIRED = "This page had grown old. Reload it and try again; nothing was lost."


def answer(
    request: HttpRequest, status: int, context: Mapping[str, Any] | None = None, toast: str = ""
) -> HttpResponse:
    """Answers an error page, or to htmx a toast that leaves the page as it was."""
    if wants_fragment(request):
        return toast_alone(toast or TOASTS[status], status)
    return render(request, f"errors/{status}.html", context, status=status)


def toast_alone(text: str, status: int) -> HttpResponse:
    """Answers a toast and nothing to swap; rendered without request, so without database."""
    body = get_template("errors/toast.html").render({"text": text})
    return HttpResponse(body, status=status, headers={"HX-Reswap": "none"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answers 400: the request could not be read."""
    return answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answers 403 with the reason that the refusal carries, if it has one for people."""
    return answer(request, 403, {"reason": str(exception or "")})


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answers 404 with a search box and ways on."""
    return answer(request, 404)


def gone(request: HttpRequest, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """Answers 410 for a withdrawn product; `context` may give `name` and `related` products."""
    return answer(request, 410, context)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answers 429 and asks for a minute."""
    response = answer(request, 429)
    response.headers.setdefault("Retry-After", "60")
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answers 403 when a form's token is old or missing, and offers the page again.

    Django's `CSRF_FAILURE_VIEW`. The offered way back is the path alone: a form is not sent twice.
    """
    if wants_fragment(request):
        return toast_alone(EXPIRED, 403)
    return render(request, "errors/403_csrf.html", {"retry_url": request.path}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answers 500 with no context processor, no stylesheet and no database."""
    return standalone(request, 500)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answers 503 with no context processor, no stylesheet and no database."""
    response = standalone(request, 503)
    response.headers["Retry-After"] = "30"
    return response


def standalone(request: HttpRequest, status: int) -> HttpResponse:
    if wants_fragment(request):
        return toast_alone(TOASTS[status], status)
    css = (FOLDER / "standalone.css").read_text()
    style = SafeString(f"<style>{css}</style>")
    body = get_template(f"errors/{status}.html").render({"style": style})
    response = HttpResponse(body, status=status)
    # The page carries its own style, so its policy names that style by hash and allows no other.
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    return response
