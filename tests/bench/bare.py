"""The yardstick: Django and one view that answers bytes from memory, without middleware.

Served by the command line that serves the shop, so that what is left between the two is the shop.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODIES: dict[int, bytes] = {}

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="signs-nothing",
)


def bare(request: HttpRequest, count: int) -> HttpResponse:
    body = BODIES.get(count) or BODIES.setdefault(count, b"x" * count)
    return HttpResponse(body)


urlpatterns = [path("", bare, {"count": 10_000}), path("<int:count>/", bare)]
application = get_wsgi_application()
