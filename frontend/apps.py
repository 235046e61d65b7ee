"""The pages as a Django application: it brings the triggers that say when a page is out of date."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from frontend.caching.noticing import listen


class FrontendConfig(AppConfig):
    name = "frontend"

    def ready(self) -> None:
        connection_created.connect(listen, dispatch_uid="frontend.caching")
