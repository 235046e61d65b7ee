"""The command in a process of its own, on the test's database."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.support.servers import ROOT


def started(path: Path, output: Path) -> "subprocess.Popen[bytes]":
    """Starts `manage.py import_history` over a file; what it says goes to another."""
    name = connection.settings_dict["NAME"]
    address, _, options = os.environ["DATABASE_URL"].partition("?")
    url = f"{address.rpartition('/')[0]}/{name}?{options}"
    with output.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "manage.py", "import_history", str(path)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
