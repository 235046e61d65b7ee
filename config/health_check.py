"""Asks a process on this machine for its health, and exits with 0 if it is well, else with 1.

`python -m config.health_check [PORT]` asks a server, `python -m config.health_check worker` looks
for the worker's beat. `--ready` asks whether it can do its work now, not only whether it lives.
"""

import http.client
import os
import sys
from pathlib import Path

from events.heartbeat import STALE_SECONDS, beat_file, read_beat


def main(arguments: list[str]) -> int:
    ready = "--ready" in arguments
    named = [each for each in arguments if each != "--ready"]
    if named == ["worker"]:
        return worker(ready=ready)
    port = int(named[0] if named else os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/readyz" if ready else "/healthz")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1


def worker(*, ready: bool) -> int:
    beat = read_beat(beat_file(Path(os.environ.get("DATA_DIRECTORY", "var"))))
    if beat is None or beat.seconds_ago > STALE_SECONDS:
        return 1
    return 0 if beat.database or not ready else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
