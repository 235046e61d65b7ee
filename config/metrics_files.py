"""Where the processes of this machine keep what they count, so that one of them can add it up."""

import os
import shutil
import socket
import time
from pathlib import Path

from config.environment import Environment

# The library looks at this variable when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# What a container that was replaced had counted is forgotten after a week, which rates take for a
# restart. Sooner, a replica that merely had nothing to count would be taken for gone.
KEPT_SECONDS = 7 * 86_400


def keep_in_files(found: Environment, name: str) -> None:
    """Has this process and its forks count in files, if anybody is to read them.

    Has to come before anything that counts is imported.
    """
    if not found.metrics_port:
        return
    parent = files(found)
    folder = parent / f"{name}-{socket.gethostname()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for other in parent.glob(f"{name}-*"):
        if time.time() - newest(other) > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    os.environ[FOLDER] = str(folder)


def files(found: Environment) -> Path:
    return found.data_directory / "run" / "metrics"


def newest(folder: Path) -> float:
    times = [each.stat().st_mtime for each in (folder, *folder.glob("*"))]
    return max(times)
