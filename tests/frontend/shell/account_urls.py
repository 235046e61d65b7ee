"""The addresses that the account pages need, and no more."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
