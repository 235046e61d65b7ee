"""The load generator: clients that each play scripts over one kept connection.

A script is a generator that yields requests and is sent their responses. One thread of a process
plays many of them, waiting on all sockets at once, so that a client costs little of the machine
that it shares with the server; what it does cost is measured.
"""

import multiprocessing
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random

from tests.bench.wire import Reader, Request, Response, WrongAnswer

type Script = Generator[Request, Response, object]
type Play = Callable[[Random], Script]

PROCESSES = 2
# Time for both processes to have read their job before they begin at the same moment.
LEAD_SECONDS = 0.1
# Scripts that are under way at the end may finish; after this they count as errors.
GRACE_SECONDS = 20.0
RECEIVED_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Job:
    """So many clients, playing for so long; `begin_at` is on the monotonic clock."""

    port: int
    play: Play
    clients: int
    seconds: float
    most: int = 1_000_000
    begin_at: float = 0.0
    seed: int = 0


@dataclass(slots=True)
class Outcome:
    """What the clients saw. `seconds` holds a duration for every whole script.

    `in_time` counts them too, but of one that was under way at the end of the job's time only the
    part before the end: otherwise slow scripts in a short time would look slower than they are.
    """

    seconds: list[float] = field(default_factory=list)
    in_time: float = 0.0
    duration: float = 0.0
    client_cpu_seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Scripts a second."""
        return self.in_time / self.duration if self.duration else 0.0

    def add(self, other: "Outcome") -> None:
        """Joins what other clients saw in the same time."""
        self.seconds += other.seconds
        self.in_time += other.in_time
        self.duration = max(self.duration, other.duration)
        self.client_cpu_seconds += other.client_cpu_seconds
        self.errors += other.errors


class Client:
    """One connection and the script that it is playing."""

    def __init__(self, job: Job, random: Random, selector: selectors.BaseSelector) -> None:
        self.job, self.random, self.selector = job, random, selector
        self.socket: socket.socket | None = None
        self.reader = Reader()
        self.script: Script
        self.began = 0.0

    def connect(self) -> None:
        self.reader = Reader()
        self.socket = socket.create_connection(("127.0.0.1", self.job.port), timeout=GRACE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def begin(self) -> None:
        if self.socket is None:
            self.connect()
        self.script = self.job.play(self.random)
        self.began = time.monotonic()
        self.send(next(self.script))

    def send(self, request: Request) -> None:
        assert self.socket is not None
        self.socket.sendall(request.encoded())

    def receive(self) -> float | None:
        """Takes what has arrived; returns the script's duration in seconds when it ended.

        Raises:
            WrongAnswer, OSError: the script failed.
        """
        assert self.socket is not None
        data = self.socket.recv(RECEIVED_BYTES)
        if not data:
            raise WrongAnswer("the server closed the connection")
        response = self.reader.feed(data)
        if response is None:
            return None
        try:
            self.send(self.script.send(response))
        except StopIteration:
            return time.monotonic() - self.began
        return None

    def close(self) -> None:
        if self.socket is not None:
            self.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None


def drive(job: Job) -> Outcome:
    """Plays a job's scripts in this process and thread."""
    outcome = Outcome(duration=job.seconds)
    random = Random(job.seed)
    with selectors.DefaultSelector() as selector:
        clients = [Client(job, random, selector) for _ in range(job.clients)]
        for client in clients:
            client.connect()
        time.sleep(max(0.0, job.begin_at - time.monotonic()))
        began, cpu = time.monotonic(), time.process_time()
        playing = Playing(job, outcome, end=began + job.seconds)
        for client in clients:
            playing.begin(client)
        while playing.active and time.monotonic() < playing.end + GRACE_SECONDS:
            for key, _ in selector.select(timeout=0.5):
                playing.go_on(key.data)
        outcome.errors += ["no answer in time"] * playing.active
        outcome.client_cpu_seconds = time.process_time() - cpu
        if playing.begun >= job.most:
            outcome.duration = min(job.seconds, time.monotonic() - began)
        for client in clients:
            client.close()
    return outcome


class Playing:
    """Who still plays, and what came of those who ended."""

    def __init__(self, job: Job, outcome: Outcome, *, end: float) -> None:
        self.job, self.outcome, self.end = job, outcome, end
        self.active = self.begun = 0

    def begin(self, client: Client) -> None:
        if time.monotonic() >= self.end or self.begun >= self.job.most:
            return
        self.begun += 1
        try:
            client.begin()
        except OSError as error:
            self.outcome.errors.append(repr(error))
            client.close()
        else:
            self.active += 1

    def go_on(self, client: Client) -> None:
        try:
            seconds = client.receive()
        except (WrongAnswer, OSError, KeyError, ValueError) as error:
            self.outcome.errors.append(f"{type(error).__name__}: {error}")
            client.close()
        else:
            if seconds is None:
                return
            self.outcome.seconds.append(seconds)
            self.outcome.in_time += part_before(self.end, client.began, seconds)
        self.active -= 1
        self.begin(client)


def part_before(end: float, began: float, seconds: float) -> float:
    """Returns how much of a script's duration lies before `end`, from 0 to 1."""
    return min(1.0, (end - began) / seconds) if seconds else 1.0


class Crew:
    """Processes that wait for jobs; a context manager that ends them."""

    def __enter__(self) -> "Crew":
        context = multiprocessing.get_context("spawn")
        self.lines: list[Connection] = []
        self.processes = []
        for _ in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self.lines.append(ours)
            self.processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for line in self.lines:
            line.send(None)
        for process in self.processes:
            process.join(5)
            if process.is_alive():
                process.kill()

    def run(
        self, port: int, play: Play, *, clients: int, seconds: float, most: int = 1_000_000
    ) -> Outcome:
        """Shares the clients among the processes, which begin at the same moment.

        Raises:
            RuntimeError: a process of the crew ended.
        """
        shares = [share for share in shared(clients, PROCESSES) if share]
        begin_at = time.monotonic() + LEAD_SECONDS
        for number, (line, share) in enumerate(zip(self.lines, shares, strict=False)):
            seed = int.from_bytes(os.urandom(4)) + number
            line.send(Job(port, play, share, seconds, most // len(shares), begin_at, seed))
        return joined(self.answer(line) for line in self.lines[: len(shares)])

    def answer(self, line: Connection) -> Outcome:
        try:
            outcome = line.recv()
        except EOFError:
            raise RuntimeError("a process of the load generator ended") from None
        assert isinstance(outcome, Outcome)
        return outcome


def work(line: Connection) -> None:
    # Ctrl-C reaches every process of the terminal; the one that leads ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (job := line.recv()) is not None:
        line.send(drive(job))


def shared(count: int, among: int) -> Sequence[int]:
    """Returns `count` in `among` parts that differ by one at most, the larger ones first."""
    return [count // among + (place < count % among) for place in range(among)]


def joined(outcomes: Iterable[Outcome]) -> Outcome:
    whole = Outcome()
    for outcome in outcomes:
        whole.add(outcome)
    return whole


def ask(port: int, request: Request) -> Response:
    """Returns the answer to one request over a connection of its own.

    Raises:
        OSError: nobody listens, or the connection ended early.
    """
    reader = Reader()
    with socket.create_connection(("127.0.0.1", port), timeout=GRACE_SECONDS) as connection:
        connection.sendall(request.encoded())
        while data := connection.recv(RECEIVED_BYTES):
            response = reader.feed(data)
            if response is not None:
                return response
    raise ConnectionError("the connection ended before the answer did")
