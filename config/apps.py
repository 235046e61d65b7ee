"""The wiring as a Django application: it brings commands and the broker."""

import dramatiq
from django.apps import AppConfig

from config.broker import make_broker
from config.environment import environment


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        dramatiq.set_broker(make_broker(environment().redis_url))
