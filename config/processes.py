"""Child processes: start, watch, restart with growing pauses, stop, and find those left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# Every child carries the id of its run in its environment, and its own children inherit it.
RUN_MARK = "COUNTERFOIL_RUN"
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A child that lived this long is healthy again: its next end starts with the shortest pause.
HEALTHY_SECONDS = 60.0
LARGEST_LOG = 10_000_000


@dataclass
class Child:
    """One server process in a session of its own, so that Ctrl-C reaches only the supervisor."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    restart_at: float = field(default=float("inf"))

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        self.restart_at = float("inf")

    def watch(self, say: Callable[[str], None]) -> None:
        """Notices the child's end, says so with its last words, and starts it again when due."""
        if self.process is None:
            if time.monotonic() >= self.restart_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        if time.monotonic() - self.started_at >= HEALTHY_SECONDS:
            self.pause_seconds = FIRST_PAUSE_SECONDS
        end_group(self.process.pid, signal.SIGKILL)
        say(f"{self.name} {ending(code)}; starting it again in {self.pause_seconds:.0f} s")
        for line in self.last_words():
            say(f"    {line}")
        self.process = None
        self.restart_at = time.monotonic() + self.pause_seconds
        self.pause_seconds = min(self.pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    def last_words(self, count: int = 6) -> list[str]:
        try:
            text = self.log.read_bytes()[-4000:].decode(errors="replace")
        except OSError:
            return []
        return text.splitlines()[-count:]


def ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def stop_all(children: Sequence[Child], *, patience_seconds: float) -> None:
    """Asks all children to end, and after `patience_seconds` ends what is left of them."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        with suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + patience_seconds
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.05, deadline - time.monotonic()))
        end_group(process.pid, signal.SIGKILL)
        process.wait()
    for child in children:
        child.process = None


def end_group(leader: int, number: signal.Signals) -> None:
    """Signals a session's whole process group: a server's workers outlive a killed server."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def end_leftovers(run: str, *, patience_seconds: float = 5.0) -> int:
    """Ends every process of an earlier run that was itself killed; returns how many there were.

    They are known by the run's mark in their environment, so a process that merely got a recycled
    process id is never touched.
    """
    found = [process for process in psutil.process_iter() if carries(process, run)]
    for process in found:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(found, timeout=patience_seconds)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=patience_seconds)
    return len(found)


def carries(process: psutil.Process, run: str) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(RUN_MARK) == run
    except (psutil.Error, OSError):
        return False
