from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules

from events.integrity.shipping import check_sinks


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        register(check_sinks)
        # What these files declare, they declare by being imported.
        autodiscover_modules("publishing", "projections", "policies", "tasks")
