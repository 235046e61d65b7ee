"""`manage.py worker`: projections, outbox and effects, until SIGTERM or Ctrl-C."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events.worker import EFFECT_THREADS, run_worker


class Command(BaseCommand):
    help = "Follows the log, relays the outbox and performs effects until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=EFFECT_THREADS, help="effects at once")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run_worker(stop, effect_threads=options["threads"])
