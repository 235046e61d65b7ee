"""The pages for people who read the API: Swagger UI from our own files, under the shop's CSP."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class VendoredSwagger(DocsBase):
    """Swagger UI without a foreign host and without inline scripts; its settings are in a file."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: object) -> HttpResponse:
        address = self.get_openapi_url(api, kwargs)
        return render(request, "api/docs.html", {"openapi_address": address, "title": api.title})
