"""The wiring as a Django application: it brings commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
