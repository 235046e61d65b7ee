"""The WSGI application: pages and APIs, and before them the pages that are finished already."""

import os
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from config.startup import checked_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
checked_environment()
shop = get_wsgi_application()
# By its name, because what it imports needs Django's applications, which are there only now.
page_cache = import_string("frontend.caching.front.PageCache")
application: WSGIApplication = page_cache(shop, settings.PAGE_CACHE_BYTES)
