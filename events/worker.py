"""The background process: follows the log, signs it, relays the outbox, performs the effects."""

import threading
from collections.abc import Callable
from contextlib import suppress

import dramatiq
import psycopg
import structlog
from django.conf import settings

from events import follower, relay, turns
from events.heartbeat import BEAT_SECONDS, write_beat
from events.integrity import checkpointer
from events.live import address

log = structlog.get_logger(__name__)

EFFECT_THREADS = 4
# Longer than an effect's time limit would keep a deployment waiting; what is cut off is retried.
SHUTDOWN_MILLISECONDS = 20_000


def run_worker(stop: threading.Event, *, effect_threads: int = EFFECT_THREADS) -> None:
    """Works until `stop` is set, then finishes what is running and returns.

    Any number of these processes may run side by side. A thread that fails for a reason it does
    not know ends the whole worker, so that the supervisor starts a fresh one.

    Raises:
        RuntimeError: one of its threads failed.
    """
    failed: list[BaseException] = []
    threads = [
        _start(name, function, stop, failed)
        for name, function in (
            ("follower", follower.run_forever),
            ("relay", relay.run_forever),
            ("checkpointer", checkpointer.run_forever),
        )
    ]
    # Leases are renewed until the last effect has ended, which is after the rest has stopped.
    idle = threading.Event()
    threads.append(_start("leases", lambda _: turns.run_forever(idle), stop, failed))
    worker = dramatiq.Worker(
        dramatiq.get_broker(), worker_threads=effect_threads, worker_timeout=250
    )
    worker.start()
    log.info("worker started")
    try:
        while not stop.is_set():
            beat()
            stop.wait(BEAT_SECONDS)
    finally:
        stop.set()
        worker.stop(timeout=SHUTDOWN_MILLISECONDS)
        idle.set()
        for thread in threads:
            thread.join()
    log.info("worker stopped")
    if failed:
        raise RuntimeError("the worker failed; its log says where") from failed[0]


def beat() -> None:
    """Leaves a sign of life: that this process runs, and whether it reaches its database."""
    try:
        # Closed again: a connection that only serves this would cost PostgreSQL a process.
        with psycopg.connect(**address()) as asked:
            asked.execute("SELECT 1")
        reached = True
    except psycopg.Error:
        reached = False
    with suppress(OSError):
        write_beat(settings.WORKER_BEAT, database=reached)


def _start(
    name: str,
    function: Callable[[threading.Event], None],
    stop: threading.Event,
    failed: list[BaseException],
) -> threading.Thread:
    def run() -> None:
        try:
            function(stop)
        except BaseException as error:
            log.exception("thread failed", thread=name)
            failed.append(error)
            stop.set()

    thread = threading.Thread(target=run, name=name)
    thread.start()
    return thread
