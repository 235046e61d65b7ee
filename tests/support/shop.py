"""A whole shop in processes of its own, over a temporary data directory."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from config.processes import RUN_MARK
from tests.support.servers import ROOT, free_port
from tests.support.waiting import LIMIT_SECONDS, wait_until

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


class Shop:
    """`manage.py up` over `data`; extra variables are given to it as its environment."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port, self.live_port = free_port(), free_port()
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.environment = {
            **inherited,
            "DATA_DIRECTORY": str(data),
            "PORT": str(self.port),
            "LIVE_PORT": str(self.live_port),
            "LOAD_DEMO": "no",
            "WEB_WORKERS": "1",
            **variables,
        }
        self.log = data.with_name(f"{data.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Shop":
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another command over the same data, as somebody in a second window would."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, words: str) -> str:
        """Returns what the shop said, as soon as `words` are among it."""
        process = self.process
        assert process is not None

        def heard() -> bool:
            ended = process.poll() is not None
            # Read after that look: the last words of a shop that ended count as well.
            found = words in self.said()
            assert found or not ended, f"ended with {process.returncode}:\n{self.said()}"
            return found

        wait_until(heard, repr(words), saying=self.said)
        return self.said()

    def wait_for_end(self) -> int:
        assert self.process is not None
        return self.process.wait(LIMIT_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            self.wait_for_end()

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, response.headers, body

    def processes(self) -> list[psutil.Process]:
        """Returns every process of this shop that is alive: servers, workers, PostgreSQL."""
        return [process for process in psutil.process_iter() if self.owns(process)]

    def owns(self, process: psutil.Process) -> bool:
        try:
            variables = process.environ()
            here = variables.get("DATA_DIRECTORY") == str(self.data) and RUN_MARK in variables
            postgres = process.name() == "postgres" and process.cwd() == str(self.data / "postgres")
            return (here or postgres) and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):
            return False

    def child(self, name: str) -> psutil.Process:
        """Returns the main process of a child such as `web`, known by the name that `ps` shows."""
        found = [one for one in self.processes() if one.name() == f"shop-{name}"]
        return min(found, key=lambda one: one.create_time())
