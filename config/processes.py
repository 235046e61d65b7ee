"""Child processes: forked, watched, started again with growing pauses, stopped, found when left."""

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import psutil

# Every process carries the id of its run in its environment, and its children inherit it.
RUN_MARK = "COUNTERFOIL_RUN"
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A child that lived this long is healthy again: its next end starts with the shortest pause.
HEALTHY_SECONDS = 60.0
LARGEST_LOG = 10_000_000
LOOK_SECONDS = 0.02
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# prctl(2): the name that ps and top show.
PR_SET_NAME = 15


class Forked:
    """A process forked from this one, asked and waited for as `subprocess.Popen` is.

    It shares with this process every page that neither has written to since, which is most of what
    was imported. `run` is called in a session of its own with standard output and error going to
    `log`, or to where they went before; its process ends when it returns. Before, `leave` closes
    what is open in the parent and not the child's to hold, such as files with locks on them.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[], object],
        leave: Callable[[], None],
        log: Path | None = None,
    ) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal between the fork and the child's own handlers would run the parent's in it.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                become(name, run, leave, log)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        self.code: int | None = None

    def poll(self) -> int | None:
        """Returns the exit code, negative for a signal, or None while the process runs."""
        if self.code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.code = -signal.SIGKILL
            else:
                self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self, seconds: float = float("inf")) -> int | None:
        """Returns the exit code, or None if the process still runs after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        return self.code

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def become(
    name: str, run: Callable[[], object], leave: Callable[[], None], log: Path | None
) -> NoReturn:
    """Makes a fork a process of its own kind; nothing of the parent's stack ever runs in it."""
    code = 1
    try:
        os.setsid()
        redirect(log)
        leave()
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        show_as(name)
        run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def redirect(log: Path | None) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if log is not None:
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)


def show_as(name: str) -> None:
    """Gives this process the name that `ps` shows, where the system has names (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"shop-{name}".encode(), 0, 0, 0)


@dataclass
class Child:
    """One server process in a session of its own, so that Ctrl-C reaches only the supervisor."""

    name: str
    run: Callable[[], object]
    log: Path
    leave: Callable[[], None]
    process: Forked | None = None
    started_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    restart_at: float = field(default=float("inf"))

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        self.process = Forked(self.name, self.run, self.leave, self.log)
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
        process.terminate()
    deadline = time.monotonic() + patience_seconds
    for process in running:
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
