"""The ASGI application: live streams, in a process of their own."""

import os

from django.core.asgi import get_asgi_application

from config.startup import checked_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
checked_environment()
application = get_asgi_application()
