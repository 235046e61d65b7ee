"""A process that has loaded the shop once and forks workers and web servers when told to.

Reads one JSON object per line and answers with the new process's id. Each child is a process like
any other: it can be killed, frozen and woken.
"""

import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import dramatiq
import dramatiq.worker
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper

from config import broker, redis_broker

django.setup()

from events import effects, relay, timetable, turns, worker  # noqa: E402
from tests.faults import world  # noqa: E402


def hurry(lease_seconds: float) -> None:
    """Shortens leases, beats and pauses together, so that tests need not wait for them."""
    lease = timedelta(seconds=lease_seconds)
    for module in (turns, effects, relay):
        setattr(module, "LEASE", lease)  # noqa: B010
    turns.BEAT_SECONDS = lease_seconds / 5
    redis_broker.HEARTBEAT_MILLISECONDS = int(lease_seconds * 1000)
    redis_broker.REDIS_SECONDS = 1
    for pause in ("CONSUMER_RESTART_DELAY_SECS", "POST_PROCESS_MESSAGE_RETRY_DELAY_SECS"):
        setattr(dramatiq.worker, pause, 0.3)
    effects.backoff = lambda attempt: timedelta(seconds=random.uniform(0.1, 0.3))


def work(order: dict[str, Any]) -> None:
    if order["lease_seconds"]:
        hurry(order["lease_seconds"])
    # What comes round by itself belongs to other tests.
    timetable._periods.clear()
    dramatiq.set_broker(broker.make_broker(order["redis"]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run_worker(stop, effect_threads=order["threads"])


def migrate(order: dict[str, Any]) -> None:
    """Makes the event store's tables, and nothing else."""
    call_command("migrate", "events", verbosity=0)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


def serve(order: dict[str, Any]) -> None:
    """Answers over HTTP; `dies` says at which moment of the first change it is killed."""
    shop = get_wsgi_application()

    def application(environ: Any, start_response: Any) -> Any:
        changes = environ["REQUEST_METHOD"] == "POST"
        if changes and order["dies"] == "in on_commit":
            setattr(BaseDatabaseWrapper, "run_and_clear_commit_hooks", die)  # noqa: B010
        answer = shop(environ, start_response)
        if changes and order["dies"] == "before the reply":
            die()
        return answer

    with make_server("127.0.0.1", order["port"], application, handler_class=Quiet) as server:
        server.serve_forever()


def die(*ignored: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def bear(act: Callable[[dict[str, Any]], None], order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    os.environ[world.OUTSIDE] = order["outside"]
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (sys.stdin.fileno(), sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(log, number)
    try:
        act(order)
    except BaseException as error:
        os.write(log, f"ended by {type(error).__name__}: {error}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    acts = {"worker": work, "web": serve, "migrate": migrate}
    for line in sys.stdin:
        wish = json.loads(line)
        print(bear(acts[wish["kind"]], wish), flush=True)
