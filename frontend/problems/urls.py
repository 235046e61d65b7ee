"""Addresses of the problem pages."""

from django.urls import path

from frontend.problems import views

urlpatterns = [
    path("problems/", views.problems, name="problems"),
    path("problems/<slug:code>", views.problem, name="problem"),
]
