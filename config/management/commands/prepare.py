"""Brings a database and the static files to where the servers can start; safe to repeat."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.demo_accounts import DEMO_ACCOUNTS
from config.staticfiles import StaticFiles
from events import generations

# Any number will do, as long as nothing else in this database locks by it.
ADVISORY_LOCK = 0x636F756E746572


class Command(BaseCommand):
    help = "Migrates, collects static files and loads the demo shop, each only when needed."

    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time():
            self.migrate()
            if settings.IN_PRODUCTION:
                refuse_demo_accounts()
            self.collect_static_files()
            if settings.LOAD_DEMO and "load_demo" in get_commands() and shop_is_empty():
                with self.step("Loading the demo shop"):
                    call_command("load_demo")

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            with self.step(f"Migrating the database ({len(plan)} steps)"):
                call_command("migrate", verbosity=0, interactive=False)
        # What another version of the code folded is no measure for this one.
        generations.discard("shadow")

    def collect_static_files(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        state = static_state()
        if stamp.exists() and stamp.read_text() == state:
            return
        with self.step("Collecting and compressing static files"):
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.stdout.write(f"{title} ...")
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.stdout.write(f"  done in {time.monotonic() - started:.1f} s")
        self.stdout.flush()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Makes the second of two servers that start together wait for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def refuse_demo_accounts() -> None:
    """Stops a production shop that anybody can enter with the printed demo passwords.

    Raises:
        CommandError: names the accounts and the command that removes them.
    """
    users = get_user_model().objects.filter(email__in=[one.email for one in DEMO_ACCOUNTS])
    found = sorted(users.values_list("email", flat=True))
    if found:
        raise CommandError(
            f"This database holds demo accounts whose passwords are public: {', '.join(found)}.\n"
            "  Start a production shop on an empty database, or delete these accounts first."
        )


def shop_is_empty() -> bool:
    if "catalog_product" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM catalog_product)")
        row = cursor.fetchone()
    return bool(row and row[0])


def static_state() -> str:
    """Returns a digest that changes when any static file does, by name, size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(StaticFiles.ignore_patterns):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
