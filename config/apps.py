"""The wiring as a Django application: it brings commands and the broker."""

from functools import partial

import dramatiq
from django.apps import AppConfig
from django.utils.module_loading import import_string

from config.broker import make_broker
from config.environment import environment
from events import tracing


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        found = environment()
        dramatiq.set_broker(make_broker(found.redis_url))
        if found.otel_exporter_otlp_endpoint:
            tracing.install(partial(import_string("config.telemetry.OpenTelemetry"), found))
