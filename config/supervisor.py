"""`manage.py up`: the whole shop as one process tree, from an empty folder to printed addresses.

The supervisor prepares the database in a child, starts pages, live streams and worker, restarts
what dies, and takes everything down on Ctrl-C or SIGTERM. All of them are forks of it, so that what
they import lies in memory once; it does nothing with it itself.
"""

import fcntl
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn
from uuid import uuid4

from config import metrics_files, mould, startup
from config.demo_accounts import AUDITOR, SHOPPER, STAFF
from config.embedded import EmbeddedPostgres, EmbeddedRefused
from config.environment import ROOT, Environment, environment
from config.ports import NoFreePort, free_port, is_taken, user_of
from config.processes import RUN_MARK, Child, Forked, end_group, end_leftovers, stop_all
from config.servers import is_ready, servers

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.5
PORTS = ("PORT", "LIVE_PORT", "METRICS_PORT")


class Stop(BaseException):
    """Somebody asked the shop to end: Ctrl-C, SIGTERM or a closed terminal."""


class CannotStart(Exception):
    """The message says why, and what to do."""


def run(found: Environment) -> int:
    """Runs the shop until it is asked to stop; returns the exit code."""
    if not os.environ.get(RUN_MARK, "").startswith(f"{os.getpid()}-"):
        begin_marked()
    supervisor = Supervisor(found)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.on_signal)
    try:
        supervisor.start()
        supervisor.watch()
    except Stop:
        return 0
    except (CannotStart, NoFreePort, EmbeddedRefused) as refusal:
        say(str(refusal))
        return 1
    except OSError as error:
        say(f"The system refused: {error}.\n  Is the disk full, or a folder not ours to write?")
        return 1
    finally:
        supervisor.stop()


def begin_marked() -> NoReturn:
    """Starts this program again in its place, with what only the start of a program can settle.

    That is the mark that every fork shows as its own, and how many heaps the allocator may keep:
    one for each thread would be the most of what a quiet process holds.
    """
    changes = {RUN_MARK: f"{os.getpid()}-{uuid4().hex}", "PYTHONUNBUFFERED": "1", "SPT_NOENV": "1"}
    command = [sys.executable, str(ROOT / "manage.py"), "up"]
    os.execve(sys.executable, command, {"MALLOC_ARENA_MAX": "2", **os.environ, **changes})  # noqa: S606


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Supervisor:
    def __init__(self, found: Environment) -> None:
        self.found = found
        self.run_id = os.environ[RUN_MARK]
        self.folder = found.data_directory / "run"
        self.server: EmbeddedPostgres | None = None
        self.children: list[Child] = []
        self.preparing: Forked | None = None
        self.stopping = False
        self._lock: IO[bytes] | None = None

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            return
        self.stopping = True
        raise Stop

    def start(self) -> None:
        started = time.monotonic()
        self.take_the_folder()
        self.choose_ports()
        self.start_database()
        metrics_files.keep_in_files(environment(), "shop")
        self.prepare()
        self.start_children()
        self.wait_until_ready()
        print_addresses(environment(), time.monotonic() - started)

    def take_the_folder(self) -> None:
        """Lets one supervisor run per data directory, and ends what a killed one left."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Unbuffered: on a full disk nothing may wait in memory to fail again at the end.
            lock = (self.folder / "supervisor").open("a+b", buffering=0)
        except OSError as error:
            raise CannotStart(
                f"The data directory cannot be written: {error}.\n"
                "  Make room or change its rights, or set DATA_DIRECTORY to another folder."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().decode().partition(" ")[0] or "unknown"
            raise CannotStart(
                f"The shop already runs from this folder (process {pid}).\n"
                "  Stop it with Ctrl-C in its window or with `kill`, "
                "or set DATA_DIRECTORY to run a second shop."
            ) from None
        self._lock = lock
        lock.seek(0)
        previous = lock.read().decode().partition(" ")[2].strip()
        if previous and (count := end_leftovers(previous)):
            say(f"Ended {count} processes that an earlier run left behind.")
        lock.truncate(0)
        lock.write(f"{os.getpid()} {self.run_id}\n".encode())

    def choose_ports(self) -> None:
        """Settles both ports and the two addresses; in the demo shop, taken ports are avoided."""
        taken: list[str] = []
        for name in PORTS:
            wanted = getattr(self.found, name.lower())
            if not wanted or not is_taken(self.found.host, wanted):
                os.environ[name] = str(wanted)
            elif name in os.environ or self.found.mode == "production":
                taken.append(
                    f"Port {wanted} is in use{user_of(wanted)}.\n"
                    f"  Stop that, or choose another: {name}={free_port(self.found.host, wanted)}"
                )
            else:
                os.environ[name] = str(free_port(self.found.host, wanted))
                say(
                    f"Port {wanted} is in use{user_of(wanted)}: taking {os.environ[name]}; "
                    f"{name}=... chooses another."
                )
        if taken:
            raise CannotStart("\n".join(taken))
        host = "127.0.0.1" if self.found.host in ("0.0.0.0", "::") else self.found.host  # noqa: S104
        os.environ.setdefault("PUBLIC_URL", f"http://{host}:{os.environ['PORT']}")
        os.environ.setdefault("LIVE_URL", f"http://{host}:{os.environ['LIVE_PORT']}")
        environment.cache_clear()

    def start_database(self) -> None:
        startup.keep_keys(environment())
        if environment().database_url:
            return
        server = startup.embedded_postgres(environment())
        say(
            f"Making a PostgreSQL cluster in {short(server.data)} ..."
            if server.is_new
            else f"Starting PostgreSQL in {short(server.data)} ..."
        )
        self.server = server
        startup.use_embedded_postgres(server)

    def prepare(self) -> None:
        say("Preparing the shop ...")
        # The settings take the folder's presence as the wish to serve files by content hash.
        (self.found.data_directory / "static").mkdir(parents=True, exist_ok=True)
        mould.prepare_for_commands()
        self.preparing = Forked("prepare", mould.command("prepare"), self.leave_to_parent)
        code = self.preparing.wait()
        self.preparing = None
        if code != 0:
            raise CannotStart("The shop could not be prepared; the reason stands above.")

    def leave_to_parent(self) -> None:
        """Closes, in a fork, the files whose locks are the supervisor's alone."""
        if self._lock is not None:
            self._lock.close()
        if self.server is not None:
            self.server.leave_to_parent()

    def start_children(self) -> None:
        found = environment()
        mould.prepare_for_servers()
        mould.before_forking()
        self.children = [
            Child(name, run, found.data_directory / "log" / f"{name}.log", self.leave_to_parent)
            for name, run in servers(found).items()
        ]
        for child in self.children:
            child.start()

    def wait_until_ready(self) -> None:
        found = environment()
        say("Starting the servers ...")
        deadline = time.monotonic() + READY_SECONDS
        waiting = {"web": found.port, "live": found.live_port}
        while waiting:
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    words = "\n".join(f"    {line}" for line in child.last_words(12))
                    raise CannotStart(
                        f"The {child.name} process ended at once. It said:\n{words}\n"
                        f"  The whole log is {short(child.log)}."
                    )
            for name in [name for name, port in waiting.items() if is_ready(found.host, port)]:
                del waiting[name]
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"No answer from {' and '.join(waiting)} after {READY_SECONDS:.0f} s.\n"
                    f"  Their logs are in {short(found.data_directory / 'log')}."
                )
            time.sleep(0.05)

    def watch(self) -> NoReturn:
        while True:
            time.sleep(LOOK_SECONDS)
            for child in self.children:
                child.watch(say)
            if self.server and not self.server.is_running():
                say("PostgreSQL ended; starting it again ...")
                with suppress(EmbeddedRefused):
                    self.server.acquire()

    def stop(self) -> None:
        """Takes down children first, then the database, whatever state the start had reached."""
        self.stopping = True
        if self.preparing is not None:
            self.preparing.terminate()
            self.preparing.wait(STOP_SECONDS)
            end_group(self.preparing.pid, signal.SIGKILL)
        if self.children:
            say("Stopping ...")
            stop_all(self.children, patience_seconds=STOP_SECONDS)
        self.let_go_of_the_database()
        if self._lock is not None:
            with suppress(OSError):
                self._lock.truncate(0)
            self._lock.close()
            if self.children:
                say("Stopped.")

    def let_go_of_the_database(self) -> None:
        try:
            if self.server and not self.server.release():
                say("PostgreSQL goes on until the other command that uses it has ended.")
        except (EmbeddedRefused, OSError) as error:
            say(f"PostgreSQL could not be stopped; the next start takes it over. {error}")


def short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def print_addresses(found: Environment, seconds: float) -> None:
    """Prints the table that a newcomer needs: where to look, and whom to sign in as."""
    rows = [
        ("Storefront", f"{found.origin}/", SHOPPER),
        ("Staff", f"{found.origin}/staff/", STAFF),
        ("Auditor", f"{found.origin}/auditor/", AUDITOR),
        ("API docs", f"{found.origin}/api/docs", None),
        ("Mail", "sent" if found.mail_url else f"{short(found.data_directory / 'mail')}/", None),
        ("Logs", f"{short(found.data_directory / 'log')}/", None),
    ]
    if found.metrics_port:
        rows.append(("Metrics", f"http://{found.metrics_host}:{found.metrics_port}/metrics", None))
    width = max(len(place) for _, place, _ in rows)
    say("")
    for title, place, account in rows:
        signs_in = account is not None and found.mode == "demo"
        signin = f"{account.email}  {account.password}" if account and signs_in else ""
        say(f"  {title:<11} {place:<{width}}  {signin}".rstrip())
    say("")
    say(f"Ready after {seconds:.1f} s. Ctrl-C stops everything.")
