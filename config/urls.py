"""Every address of the shop."""

from django.urls import URLPattern, URLResolver, include, path

from config.api import api
from config.api_errors import no_such_address

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("api/<path:rest>", no_such_address),
    path("accounts/", include("allauth.urls")),
    path("", include("frontend.urls")),
]

handler400 = "frontend.errors.bad_request"
handler403 = "frontend.errors.permission_denied"
handler404 = "frontend.errors.page_not_found"
handler500 = "frontend.errors.server_error"
