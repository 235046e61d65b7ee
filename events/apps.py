from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        # What these files declare, they declare by being imported.
        autodiscover_modules("publishing", "projections", "policies", "tasks")
