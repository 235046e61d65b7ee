from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from events.integrity.shipping import check_sinks
from events.statements import watch


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        register(check_sinks)
        connection_created.connect(watch, dispatch_uid="events.statements")
        # What these files declare, they declare by being imported.
        autodiscover_modules("publishing", "projections", "policies", "tasks")
