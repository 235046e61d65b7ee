"""The open loop: people who come when they come, whether or not the others have been answered.

Every request has a planned moment, and its time counts from there: what waited, because the server
or the load generator was late, waited for the person too. One thread of one process plays all of
them over kept connections, as many as are needed at once.
"""

import heapq
import multiprocessing
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from random import Random

from tests.bench.load import RECEIVED_BYTES, Play, Script
from tests.bench.wire import Reader, Request, Response, WrongAnswer

# Whoever has no answer by then has gone.
PATIENCE_SECONDS = 10.0
# A person reads the answer before the next step.
THINK_SECONDS = (0.1, 0.8)
# Between the order to begin and the beginning.
LEAD_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who comes `at` seconds after the beginning; of a named one the end is noted."""

    at: float
    kind: str
    play: Play
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One request: its page and status, and its seconds from the planned moment."""

    kind: str
    page: str
    planned: float
    seconds: float
    problem: str = ""


@dataclass(slots=True)
class Played:
    """What all of them saw; `ends` has the moment (monotonic) at which a named one was through."""

    answers: list[Answer] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)
    began: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    connections: int = 0
    # How late requests left, because the load generator itself had no processor.
    latest_seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Line:
    """A connection and who is waiting on it; nobody while it is kept for the next."""

    socket: socket.socket
    reader: Reader = field(default_factory=Reader)
    visit: "Visit | None" = None


@dataclass(slots=True, eq=False)
class Visit:
    """Somebody under way; what one asks first is not known before one comes."""

    arrival: Arrival
    script: Script
    request: Request | None
    planned: float


class Loop:
    """Sends what is due, takes what has come, gives up on what is late."""

    def __init__(self, port: int, seed: int, selector: selectors.BaseSelector) -> None:
        self.port, self.random, self.selector = port, Random(seed), selector
        self.due: list[tuple[float, int, Visit]] = []
        self.number = count()
        self.kept: list[Line] = []
        self.played = Played()
        self.waiting: set[int] = set()
        self.lines: dict[int, Line] = {}

    def run(self, arrivals: Sequence[Arrival], begin_at: float) -> Played:
        for arrival in arrivals:
            self.plan(Visit(arrival, arrival.play(self.random), None, begin_at + arrival.at))
        time.sleep(max(0.0, begin_at - time.monotonic()))
        began, cpu = time.monotonic(), time.process_time()
        look_at = began + 1.0
        while self.due or self.waiting:
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                self.send(heapq.heappop(self.due)[2])
            if now > look_at:
                look_at = now + 1.0
                self.give_up(now - PATIENCE_SECONDS)
            pause = min(1.0, self.due[0][0] - time.monotonic()) if self.due else 1.0
            for key, _ in self.selector.select(max(0.0, pause)):
                self.receive(key.data)
        self.played.began, self.played.seconds = began, time.monotonic() - began
        self.played.cpu_seconds = time.process_time() - cpu
        for line in self.lines.values():
            line.socket.close()
        return self.played

    def plan(self, visit: Visit) -> None:
        heapq.heappush(self.due, (visit.planned, next(self.number), visit))

    def send(self, visit: Visit) -> None:
        if visit.request is None:
            visit.request = next(visit.script)
        try:
            line = self.kept.pop() if self.kept else self.connected()
            line.visit = visit
            self.waiting.add(id(line))
            line.socket.sendall(visit.request.encoded())
        except OSError as error:
            self.note(visit, repr(error))
            return
        late = time.monotonic() - visit.planned
        self.played.latest_seconds = max(self.played.latest_seconds, late)

    def connected(self) -> Line:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = Line(connection)
        self.lines[id(line)] = line
        self.selector.register(connection, selectors.EVENT_READ, line)
        self.played.connections += 1
        return line

    def receive(self, line: Line) -> None:
        try:
            data = line.socket.recv(RECEIVED_BYTES)
            if not data:
                raise WrongAnswer("the server closed the connection")
            response = line.reader.feed(data)
        except (OSError, WrongAnswer, ValueError) as error:
            self.drop(line, str(error))
            return
        if response is None:
            return
        visit, line.visit = line.visit, None
        self.waiting.discard(id(line))
        if visit is None:
            self.drop(line, "")
            return
        self.kept.append(line)
        self.go_on(visit, response)

    def go_on(self, visit: Visit, response: Response) -> None:
        now = time.monotonic()
        if response.status >= 500:
            self.note(visit, f"status {response.status}")
            return
        try:
            following = visit.script.send(response)
        except StopIteration:
            self.note(visit)
            if visit.arrival.name:
                self.played.ends[visit.arrival.name] = now
        except (WrongAnswer, KeyError, ValueError, IndexError) as error:
            self.note(visit, f"{type(error).__name__}: {error}")
        else:
            self.note(visit)
            pause = self.random.uniform(*THINK_SECONDS)
            self.plan(Visit(visit.arrival, visit.script, following, now + pause))

    def give_up(self, before: float) -> None:
        late = [self.lines[each] for each in self.waiting]
        for line in late:
            if line.visit is not None and line.visit.planned < before:
                self.drop(line, "no answer in time")

    def drop(self, line: Line, problem: str) -> None:
        if line.visit is not None:
            self.note(line.visit, problem)
        if line in self.kept:
            self.kept.remove(line)
        self.waiting.discard(id(line))
        self.lines.pop(id(line), None)
        self.selector.unregister(line.socket)
        line.socket.close()

    def note(self, visit: Visit, problem: str = "") -> None:
        request, seconds = visit.request, time.monotonic() - visit.planned
        assert request is not None
        page = f"{request.method} {request.path}"
        self.played.answers.append(
            Answer(visit.arrival.kind, page, visit.planned, seconds, problem)
        )


def play_all(port: int, arrivals: Sequence[Arrival], seed: int, begin_at: float) -> Played:
    """Plays everybody in this process; returns when the last one has been answered."""
    with selectors.DefaultSelector() as selector:
        return Loop(port, seed, selector).run(arrivals, begin_at)


class Helper:
    """A process that does one thing and then sends its result; a context manager that ends it."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(
            target=working, args=(target, theirs, *arguments), daemon=True
        )
        self.process.start()
        theirs.close()

    def __enter__(self) -> "Helper":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def answer(self, seconds: float) -> object:
        """Returns what the process sends next. Raises: RuntimeError: nothing came in so long."""
        try:
            if not self.line.poll(seconds):
                raise RuntimeError(f"the load generator said nothing for {seconds:.0f} s")
            return self.line.recv()
        except EOFError:
            raise RuntimeError("a process of the load generator ended") from None


def working(target: Callable[..., None], line: Connection, *arguments: object) -> None:
    # Ctrl-C reaches every process of the terminal; the one that leads ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        target(line, *arguments)


def load(line: Connection, port: int, arrivals: Sequence[Arrival], seed: int) -> None:
    """Tells when it begins, then what came of it."""
    begin_at = time.monotonic() + LEAD_SECONDS
    line.send(begin_at)
    line.send(play_all(port, arrivals, seed, begin_at))


def spread(random: Random, number: int, begin: float, end: float) -> Iterator[float]:
    """Yields so many moments, as people come who do not know of each other."""
    return (random.uniform(begin, end) for _ in range(number))
