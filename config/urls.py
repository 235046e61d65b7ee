"""Every address of the shop."""

from django.urls import URLPattern, URLResolver, include, path

from config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("frontend.urls")),
]
