"""Asks a server on this machine for its health: `python -m config.health_check [PORT]`."""

import http.client
import os
import sys


def main(arguments: list[str]) -> int:
    port = int(arguments[0] if arguments else os.environ.get("PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
