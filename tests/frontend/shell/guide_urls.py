"""The style guide and the few addresses that its components talk to, for the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from frontend import errors
from frontend.styleguide.samples import everything


def add_to_basket(request: HttpRequest) -> HttpResponse:
    context = everything("/styleguide/") | {"toast": "Dune Light is in your basket"}
    response = render(request, "components/basket_update.html", context)
    response.headers["HX-Trigger"] = "basket:open"
    return response


def suggest(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<ul class="suggestions"><li><a href="/1/">Dune Light</a></li></ul>')


handler404 = "frontend.errors.page_not_found"
urlpatterns = [
    path("styleguide/", include("frontend.styleguide.urls")),
    path("accounts/", include("allauth.urls")),
    path("search/suggestions/", suggest),
    path("cart/add/", add_to_basket),
    path("cart/change/", add_to_basket),
    path("cart/remove/", errors.server_error),
    path("errors/403/", errors.permission_denied),
    path("errors/404/", errors.page_not_found),
    path("errors/410/", errors.gone),
    path("errors/500/", errors.server_error),
    path("errors/503/", errors.unavailable),
]
