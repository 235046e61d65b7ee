"""The WSGI application: pages and APIs."""

import os

from django.core.wsgi import get_wsgi_application

from config.startup import checked_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
checked_environment()
application = get_wsgi_application()
