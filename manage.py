#!/usr/bin/env python
"""The command line of the shop: `python manage.py help` lists everything.

`up` runs the whole shop; `serve web`, `serve live` or `serve worker` one process of it.

Without DATABASE_URL every command uses the embedded PostgreSQL: the running one, or one started
for the time the command takes.
"""

import os
import sys

from config import servers, startup, supervisor
from config.mould import execute

# These read no data, and work where there is no database yet.
WITHOUT_DATABASE = frozenset(
    {"help", "--help", "-h", "version", "--version", "check", "collectstatic", "makemessages"}
)
# The settings take the folder's presence as the wish to serve files by content hash.
COLLECTS_STATIC_FILES = frozenset({"prepare", "collectstatic"})


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    found = startup.checked_environment()
    command = arguments[1] if len(arguments) > 1 else "help"
    if command == "up":
        return supervisor.run(found)
    startup.keep_keys(found)
    if command == "serve":
        servers.serve(found, arguments[2:])
    if command in COLLECTS_STATIC_FILES:
        (found.data_directory / "static").mkdir(parents=True, exist_ok=True)
    if found.database_url or command in WITHOUT_DATABASE:
        return execute(arguments)
    server = startup.embedded_postgres(found)
    startup.use_embedded_postgres(server)
    try:
        return execute(arguments)
    finally:
        server.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
