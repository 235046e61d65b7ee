"""The mould: what all processes of the shop import is imported once, and each is a fork of it.

Nothing here opens a connection or starts a thread, because neither survives a fork.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable

import django
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError, connections
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.module_loading import import_string

from config.environment import ROOT
from config.outage import explain, outage_of
from events.tracing import flush

TEMPLATES = ROOT / "frontend" / "templates"
APPLICATIONS = ("config.wsgi.application", "config.asgi.application")


def prepare_for_commands() -> None:
    """Loads Django and the shop's models; needs an environment that names a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def prepare_for_servers() -> None:
    """Loads pages, APIs and streams. Static files have to be collected before."""
    for name in APPLICATIONS:
        import_string(name)
    _ = get_resolver().url_patterns
    for path in sorted(TEMPLATES.rglob("*.html")):
        # Compiled once for all, in a seventh of a second, and not at the first request of each.
        get_template(str(path.relative_to(TEMPLATES)))


def before_forking() -> None:
    """Puts what was loaded where no collection of garbage writes to it, so that it stays shared.

    Raises:
        RuntimeError: a thread runs, which the fork would lack, with the locks it holds.
    """
    if threading.active_count() > 1:
        names = ", ".join(each.name for each in threading.enumerate())
        raise RuntimeError(f"threads may not run before a fork: {names}")
    connections.close_all()
    gc.collect()
    gc.freeze()


def execute(arguments: list[str]) -> int:
    """Runs a management command; an outage is explained, never traced. Returns the exit code."""
    try:
        execute_from_command_line(arguments)
    except (OperationalError, InterfaceError, OSError) as error:
        if outage_of(error) is None:
            raise
        sys.stderr.write(f"{explain(error)}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def command(*arguments: str) -> Callable[[], None]:
    """Returns what runs a management command as a process."""

    def run() -> None:
        try:
            sys.exit(execute(["manage.py", *arguments]))
        finally:
            flush()

    return run
